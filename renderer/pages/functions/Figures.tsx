import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Books } from '../../components/Books.tsx';
import { Meter } from '../../components/Meter.tsx';
import { formatBytes, formatCount, formatMillis, formatNumber, formatPercent, formatRate } from '../../text/format.ts';
import { now as text } from '../../text/function-now.ts';
import { functions as words } from '../../text/functions.ts';
import { isTimed, MEGA } from './state.ts';

function Sheet(props: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{props.title}</h2>
      </header>
      <div className="sheet-body stack">{props.children}</div>
    </section>
  );
}

/** What it did since it was made. */
export function Counters(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const wrong = (count: number): ReactNode => <dd className={count > 0 ? 'num function-errors' : 'num'}>{formatCount(count)}</dd>;
  return (
    <Sheet title={text.counters}>
      <dl className="facts">
        <dt>{text.facts.invocations}</dt>
        <dd className="num">
          {formatCount(row.invocations)} <span className="muted">({words.perSecond(formatRate(row.invocationsPerS))})</span>
        </dd>
        <dt>{text.facts.failures}</dt>
        {wrong(row.failures)}
        <dt>{text.facts.timeouts}</dt>
        {wrong(row.timeouts)}
        <dt>{text.facts.throttles}</dt>
        {wrong(row.throttles)}
        <dt>{text.facts.retries}</dt>
        <dd className="num">
          {formatCount(row.retries)}
          {row.retrying > 0 && <span className="muted"> ({text.retrying(formatCount(row.retrying))})</span>}
        </dd>
        <dt>{text.facts.restarts}</dt>
        <dd className="num">{formatCount(row.restarts)}</dd>
        <dt>{text.facts.published}</dt>
        <dd className="num">{formatCount(row.published)}</dd>
      </dl>
    </Sheet>
  );
}

/** Whether what came in adds up with what became of it. */
export function FunctionBooks(props: { row: FunctionView }): ReactNode {
  return (
    <Sheet title={text.books}>
      <Books books={props.row.books} />
    </Sheet>
  );
}

function Quantiles(props: {
  title: string;
  note: string;
  rows: readonly (readonly [label: string, ms: number | null])[];
}): ReactNode {
  return (
    <div>
      <h3 className="row">
        <span className="grow">{props.title}</span>
        <span className="small muted num function-note">{props.note}</span>
      </h3>
      <dl className="figures function-figures">
        {props.rows.map(([label, ms]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="num">{ms === null ? '–' : formatMillis(ms)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** How long invocations took, and how long instances needed to start. */
export function Durations(props: { row: FunctionView }): ReactNode {
  const { durationMs, timeoutMs, cold, metrics } = props.row;
  const timed = isTimed(props.row);
  const own = Object.entries(metrics);
  return (
    <Sheet title={text.durations}>
      <Quantiles
        title={text.duration}
        note={`${formatMillis(timeoutMs)} ${text.allowed}`}
        rows={[
          [text.p50, timed ? durationMs.p50 : null],
          [text.p95, timed ? durationMs.p95 : null],
          [text.p99, timed ? durationMs.p99 : null],
        ]}
      />
      <Quantiles
        title={text.cold}
        note={text.starts(formatCount(cold.count))}
        rows={[
          [text.p50, cold.count === 0 ? null : cold.p50],
          [text.p95, cold.count === 0 ? null : cold.p95],
        ]}
      />
      {own.length > 0 && (
        <div>
          <h3>{text.metrics}</h3>
          <dl className="facts small">
            {own.map(([name, value]) => [
              <dt key={`${name} name`} className="mono">
                {name}
              </dt>,
              <dd key={name} className="num">
                {formatNumber(value)}
              </dd>,
            ])}
          </dl>
        </div>
      )}
    </Sheet>
  );
}

/** What it holds: memory, processor, scratch space, and the events that wait. */
export function Room(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  return (
    <Sheet title={text.room}>
      <dl className="figures function-figures function-room">
        <div>
          <dt>{text.memory}</dt>
          <dd className="num">{formatBytes(row.heapBytes)}</dd>
          <dd className="small muted num function-note">{text.memoryLimit(formatBytes(row.memoryMb * MEGA))}</dd>
        </div>
        <div>
          <dt>{text.cpu}</dt>
          <dd className="num">{row.cpuPercent === null ? '–' : formatPercent(row.cpuPercent, row.cpuPercent < 10 ? 1 : 0)}</dd>
          <dd className="small muted function-note">{text.cpuHint}</dd>
        </div>
        <div>
          <dt>{text.scratch}</dt>
          <dd className="num">{formatBytes(row.scratchBytes)}</dd>
        </div>
      </dl>
      <Meter
        label={text.queue}
        value={text.waiting(formatCount(row.queue), formatCount(row.queueSize))}
        share={row.queueSize > 0 ? row.queue / row.queueSize : 0}
        limit={0.8}
        word={text.queueWord}
      />
      <p className="small muted">{text.memoryHint}</p>
    </Sheet>
  );
}
