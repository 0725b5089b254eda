import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Books } from '../../components/Books.tsx';
import { Button } from '../../components/Button.tsx';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { LogTail } from '../../components/LogTail.tsx';
import { Meter } from '../../components/Meter.tsx';
import { Ago, EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { go } from '../../hooks/use-route.ts';
import { rowsOf, useRow, useRows, useStatus } from '../../hooks/use-table.ts';
import { formatBytes, formatCount, formatDuration, formatMillis, formatRate } from '../../text/format.ts';
import { states, functionDetail as text, functions as words } from '../../text/functions.ts';
import { filterLogs, NO_FILTER } from '../logs/filter.ts';
import { Commands } from './Commands.tsx';
import { STATE_TONE } from './state.ts';

/** The limit is written in MB; shown as it was written. */
const MEGA = 1_000_000;

function Head(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const now = useNow();
  return (
    <div className="page-head">
      <BackLink href="#/functions" label={text.back} />
      <div className="grow function-title">
        <h1 className="clip">{row.name}</h1>
        <p className="row">
          <StateBadge tone={STATE_TONE[row.state]} label={states[row.state]} size="s" />
          <span className="small muted num">{text.since(formatDuration(now - row.since))}</span>
        </p>
      </div>
      <Commands row={row} />
    </div>
  );
}

/** What a state that is not "running" means, and what to do. */
function StateNotice(props: { row: FunctionView }): ReactNode {
  const { state } = props.row;
  if (state === 'parked') return <ErrorNotice what={text.parkedWhat} meaning={text.parkedMeaning} remedy={text.parkedRemedy} />;
  if (state === 'restarting') {
    return <ErrorNotice tone="warn" what={text.restartingWhat} meaning={text.restartingMeaning} remedy={text.restartingRemedy} />;
  }
  if (state === 'paused') {
    return <ErrorNotice tone="check" what={text.pausedWhat} meaning={text.pausedMeaning} remedy={text.pausedRemedy} />;
  }
  return null;
}

function Durations(props: { row: FunctionView }): ReactNode {
  const { durationMs, timeoutMs, invocations } = props.row;
  const show = (ms: number): string => (invocations === 0 ? '–' : formatMillis(ms));
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.durations}</h2>
      </header>
      <div className="sheet-body stack">
        <dl className="figures function-figures">
          {(['p50', 'p95', 'p99'] as const).map((part) => (
            <div key={part}>
              <dt>{words.columns[part]}</dt>
              <dd className="num">{show(durationMs[part])}</dd>
            </div>
          ))}
          <div>
            <dt>{text.facts.timeout}</dt>
            <dd className="num">{formatMillis(timeoutMs)}</dd>
          </div>
        </dl>
        {invocations > 0 && <p className="small muted num">{text.durationHint(show(durationMs.p50), show(durationMs.p99))}</p>}
      </div>
    </section>
  );
}

function Room(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.room}</h2>
      </header>
      <div className="sheet-body stack">
        <dl className="figures function-figures function-memory">
          <div>
            <dt>{text.memory}</dt>
            <dd className="num">{formatBytes(row.heapBytes)}</dd>
          </div>
          <div>
            <dt>{text.memoryLimit}</dt>
            <dd className="num">{formatBytes(row.memoryMb * MEGA)}</dd>
          </div>
        </dl>
        <p className="small muted">{text.memoryHint}</p>
        <Meter
          label={text.queue}
          value={text.waiting(formatCount(row.queue), formatCount(row.queueSize))}
          share={row.queueSize > 0 ? row.queue / row.queueSize : 0}
          limit={0.8}
          word={text.queueWord}
        />
      </div>
    </section>
  );
}

function Counters(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const errors = (count: number): ReactNode => (
    <dd className={count > 0 ? 'num function-errors' : 'num'}>{formatCount(count)}</dd>
  );
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.counters}</h2>
      </header>
      <div className="sheet-body stack">
        <dl className="facts">
          <dt>{text.facts.invocations}</dt>
          <dd className="num">
            {formatCount(row.invocations)} <span className="muted">({words.perSecond(formatRate(row.invocationsPerS))})</span>
          </dd>
          <dt>{text.facts.failures}</dt>
          {errors(row.failures)}
          <dt>{text.facts.timeouts}</dt>
          {errors(row.timeouts)}
          <dt>{text.facts.restarts}</dt>
          <dd className="num">{formatCount(row.restarts)}</dd>
          <dt>{text.facts.published}</dt>
          <dd className="num">{formatCount(row.published)}</dd>
          <dt>{text.facts.threads}</dt>
          <dd className="num">{formatCount(row.threads)}</dd>
        </dl>
        <h3>{text.books}</h3>
        <Books books={row.books} />
      </div>
    </section>
  );
}

function LastError(props: { row: FunctionView }): ReactNode {
  const { lastError: error, state } = props.row;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.lastError}</h2>
        {error && (
          <span className="small muted">
            <Ago at={error.at} />
          </span>
        )}
      </header>
      {error === null ? (
        <p className="sheet-body muted">{text.noError}</p>
      ) : (
        <div className="sheet-body stack">
          <ErrorNotice tone={state === 'running' ? 'warn' : 'fault'} what={error.message} remedy={error.remedy} />
          <h3>{text.cause}</h3>
          {error.eventTopic === null ? (
            <p className="muted">{text.noCause}</p>
          ) : (
            <>
              <p>
                <span className="muted">{text.topic}:</span> <span className="mono function-topic">{error.eventTopic}</span>
              </p>
              {error.eventText !== null && <CodeBlock text={error.eventText} label={text.payload} wrap maxHeight={220} />}
            </>
          )}
          {error.stack !== '' && (
            <>
              <h3>{text.stack}</h3>
              <CodeBlock text={error.stack} label={text.stack} maxHeight={260} />
            </>
          )}
        </div>
      )}
    </section>
  );
}

function FunctionLog(props: { name: string }): ReactNode {
  const table = useRows('logs');
  const source = `function:${props.name}`;
  const [heldAt, setHeldAt] = useState<number | null>(null);
  const hold = useCallback((id: number) => setHeldAt(id), []);
  const follow = useCallback(() => setHeldAt(null), []);
  const rows = useMemo(() => filterLogs(rowsOf(table), { ...NO_FILTER, source }), [table, source]);
  return (
    <section className="sheet function-log">
      <header className="sheet-head">
        <h2 className="grow">{text.log}</h2>
        <a className="button" data-kind="quiet" href={`#/logs?source=${encodeURIComponent(source)}`}>
          {text.allLog}
        </a>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={text.noLog} body={text.noLogBody} />
      ) : (
        <div className="function-log-list">
          <LogTail label={text.logList} rows={rows} source={false} heldAt={heldAt} onHold={hold} onFollow={follow} />
        </div>
      )}
    </section>
  );
}

/** One function: how it does, how long it takes, what it holds, what went wrong, what it says. */
export function FunctionDetail(props: { name: string }): ReactNode {
  const row = useRow('functions', props.name);
  const status = useStatus('functions');
  if (status === 'loading') return <Skeleton rows={8} />;
  if (!row) {
    return (
      <EmptyNotice
        title={text.unknown}
        body={text.unknownBody(props.name)}
        action={<Button onClick={() => go('functions')}>{text.back}</Button>}
      />
    );
  }
  return (
    <div className="page">
      <Head row={row} />
      {row.description !== '' && <p className="muted function-about">{row.description}</p>}
      <StateNotice row={row} />
      <div className="function-grid">
        <Counters row={row} />
        <div className="stack">
          <Durations row={row} />
          <Room row={row} />
        </div>
      </div>
      <LastError row={row} />
      <FunctionLog name={row.name} />
    </div>
  );
}
