import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal';
import { type ReactNode, useMemo, useState } from 'react';
import type { OutboxStreamView } from '../../../core/contract/outbox-views.ts';
import { refusedWords, streamPromise } from '../../../core/contract/outbox-words.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { go } from '../../hooks/use-route.ts';
import { rowsOf, useRow, useRows } from '../../hooks/use-table.ts';
import { data, fuel, ledger, limits, stream as text } from '../../text/data.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../text/format.ts';
import { Ledger } from './Ledger.tsx';
import { LimitsDialog } from './LimitsDialog.tsx';
import { drainWords, REST, streamName } from './stream-columns.tsx';
import { WaitingList } from './WaitingList.tsx';

function Facts(props: { stream: OutboxStreamView }): ReactNode {
  const { stream } = props;
  const { facts } = text;
  return (
    <dl className="facts">
      <dt>{facts.takes}</dt>
      <dd>{stream.takes}</dd>
      <dt>{facts.destination}</dt>
      <dd>{stream.destination}</dd>
      <dt>{facts.priority}</dt>
      <dd>{text.priorities[stream.priority]}</dd>
      <dt>{facts.order}</dt>
      <dd>{text.orders[stream.order]}</dd>
      <dt>{facts.batched}</dt>
      <dd>{stream.batched ? text.batches.yes : text.batches.no}</dd>
      <dt>{facts.now}</dt>
      <dd className="num">
        {formatCount(stream.count)} <span className="muted">({formatBytes(stream.bytes)})</span>
      </dd>
      <dt>{facts.oldest}</dt>
      <dd className="num">{stream.oldestAgeMs === null ? '–' : formatDuration(stream.oldestAgeMs)}</dd>
      <dt>{facts.rates}</dt>
      <dd className="num">
        {formatRate(stream.inPerS)}/s, {formatRate(stream.outPerS)}/s
      </dd>
      <dt>{facts.drain}</dt>
      <dd className="num">{drainWords(stream)}</dd>
    </dl>
  );
}

/** One stream: what it promises, its books, what waits in it and why, and the way to change its limits. */
export function StreamPage(props: { id: string; message: string | null }): ReactNode {
  const table = useRows('outbox');
  const storage = useRow('storage', 'storage');
  const [changing, setChanging] = useState(false);
  const rows = useMemo(() => rowsOf(table), [table]);
  const stream = table.byId[props.id];
  if (table.status === 'loading') return <Skeleton rows={8} />;
  if (!stream) {
    return (
      <EmptyNotice
        page
        title={text.unknown}
        body={text.unknownBody(props.id)}
        action={<Button onClick={() => go('data')}>{data.back}</Button>}
      />
    );
  }
  const books = {
    in: stream.appended,
    delivered: stream.acknowledged,
    waiting: stream.count,
    deadLettered: stream.deadLettered,
    dropped: stream.dropped,
    balanced: stream.balanced,
  };
  const refused = refusedWords(stream.refused);
  const isRest = stream.id === REST;
  return (
    <div className="page">
      <div className="page-head">
        <BackLink href="#/data" label={data.back} />
        <h1 className="grow clip">{streamName(stream)}</h1>
        <Button icon={<SlidersHorizontal size={18} aria-hidden="true" />} onClick={() => setChanging(true)}>
          {isRest ? limits.title(limits.whole) : fuel.change}
        </Button>
      </div>
      <section className="sheet sheet-body" aria-label={text.promise}>
        <p className="small muted">{text.promise}</p>
        <p className="promise-sentence">{streamPromise(stream)}</p>
        {refused !== null && <p className="small">{refused}</p>}
      </section>
      {stream.lastError && (
        <ErrorNotice tone="warn" what={stream.lastError.message} remedy={stream.lastError.remedy} at={stream.lastError.at} />
      )}
      <div className="data-grid">
        <section className="sheet">
          <header className="sheet-head">
            <h2>{ledger.title}</h2>
          </header>
          <div className="sheet-body">
            <Ledger books={books} />
          </div>
        </section>
        <section className="sheet sheet-body" aria-label={streamName(stream)}>
          <Facts stream={stream} />
        </section>
      </div>
      <WaitingList stream={stream} storage={storage} message={props.message} />
      {storage && changing && (
        <LimitsDialog storage={storage} streams={rows} stream={isRest ? null : stream} onClose={() => setChanging(false)} />
      )}
    </div>
  );
}
