import ArrowLeft from 'lucide-react/icons/arrow-left';
import Footprints from 'lucide-react/icons/footprints';
import { type ReactNode, useMemo, useState } from 'react';
import type { TraceView } from '../../../core/contract/views.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Ago, EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge, StateIcon } from '../../components/StateBadge.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { useSteadyRows } from '../../hooks/use-steady.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { hops as hopWords, traces as text } from '../../text/flows.ts';
import { formatDay, formatExactTime } from '../../text/format.ts';
import { orderTraces, type Step, type Timeline, timelineOf } from './timeline.ts';
import { formatMicros, outstanding, placeName, whereTimeWent } from './trace-text.ts';

function StepRow(props: { step: Step; longest: boolean }): ReactNode {
  const { step, longest } = props;
  const { hop } = step;
  return (
    <li className="trace-step" data-tone={hop.kind === 'dropped' ? 'fault' : 'normal'}>
      <div className="trace-step-text">
        <span className="trace-step-name">
          {hop.kind === 'dropped' && <StateIcon tone="fault" size={16} />}
          {hopWords[hop.kind].name}
        </span>
        <span className="small muted trace-step-place">
          {placeName(hop.place)}
          {hop.detail !== '' && `, ${hop.detail}`}
        </span>
      </div>
      <div className="trace-bar" aria-hidden="true">
        <span
          data-longest={longest || undefined}
          style={{ left: `min(${step.begin * 100}%, calc(100% - 4px))`, width: `max(4px, ${step.share * 100}%)` }}
        />
      </div>
      <span className="num trace-step-took">{step.after === null ? '' : `+${formatMicros(step.stepUs)}`}</span>
      <span className="num muted trace-step-at">{formatMicros(hop.afterUs)}</span>
    </li>
  );
}

function Outcome(props: { timeline: Timeline }): ReactNode {
  const { open, dropped } = props.timeline;
  if (dropped.length === 0 && open.length === 0) return <StateBadge tone="normal" label={text.complete} />;
  return (
    <>
      {dropped.map((hop) => (
        <ErrorNotice
          key={`${hop.place} ${hop.afterUs}`}
          what={text.lost}
          meaning={text.dropped(placeName(hop.place), hop.detail)}
        />
      ))}
      {open.length > 0 && (
        <ErrorNotice tone="starting" what={text.outstanding} meaning={[...new Set(open.map(outstanding))].join(' ')} />
      )}
    </>
  );
}

function OneTrace(props: { trace: TraceView; onBack: (() => void) | null }): ReactNode {
  const { trace } = props;
  const timeline = useMemo(() => timelineOf(trace), [trace]);
  const { longest } = timeline;
  return (
    <article className="sheet trace-one">
      <header className="flow-panel-head">
        {props.onBack && (
          <IconButton icon={<ArrowLeft size={20} aria-hidden="true" />} label={text.back} onClick={props.onBack} />
        )}
        <div className="grow trace-title">
          <h2 className="mono">{trace.topic}</h2>
          <p className="small muted num">
            {text.from(placeName(trace.origin))}, {formatDay(trace.startedAt)}, {formatExactTime(trace.startedAt)}
          </p>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="scroll-body" tabIndex={0} aria-label={text.steps}>
        <p className="trace-sentence num">{whereTimeWent(timeline)}</p>
        <Outcome timeline={timeline} />
        <div className="trace-step trace-step-head small" aria-hidden="true">
          <span />
          <span />
          <span className="trace-step-took">{text.step}</span>
          <span className="trace-step-at">{text.since}</span>
        </div>
        <ol>
          {timeline.steps.map((step, index) => (
            <StepRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a hop has no id, and hops are only ever added at the end
              key={index}
              step={step}
              longest={longest !== null && step.hop.kind === longest.kind && step.stepUs === longest.us}
            />
          ))}
        </ol>
        <p className="small muted">{text.scale}</p>
      </section>
    </article>
  );
}

function TraceRow(props: { trace: TraceView; chosen: boolean; onChoose: (id: string) => void }): ReactNode {
  const { trace } = props;
  const timeline = useMemo(() => timelineOf(trace), [trace]);
  const open = timeline.open.length > 0;
  return (
    <li>
      <button type="button" className="trace-row" aria-pressed={props.chosen} onClick={() => props.onChoose(trace.id)}>
        <span className="row">
          <span className="grow mono clip">{trace.topic}</span>
          {trace.reason === 'asked' && (
            <span className="trace-asked">
              <Footprints size={14} aria-hidden="true" /> {text.asked}
            </span>
          )}
        </span>
        <span className="row small muted">
          <span className="grow num">{text.total(formatMicros(timeline.totalUs), timeline.steps.length)}</span>
          {timeline.dropped.length > 0 ? (
            <StateBadge tone="fault" label={text.lost} size="s" />
          ) : (
            open && <span>{text.outstanding}</span>
          )}
          <Ago at={trace.startedAt} />
        </span>
      </button>
    </li>
  );
}

const traceId = (trace: TraceView): string => trace.id;

/** The traces that are kept, and one of them drawn from the wire to the acknowledgement. `asked`: somebody waits for the next one since then. */
export function Traces(props: {
  chosen: string | null;
  onChoose: (id: string | null) => void;
  askedAt: number | null;
  onAsked: () => void;
}): ReactNode {
  const table = useRows('traces');
  const phone = usePhone();
  const ask = useCall('trace.next', { done: text.askedAny, onDone: props.onAsked });
  const traces = useMemo(() => orderTraces(rowsOf(table)), [table]);
  const [kept, setKept] = useState<TraceView | null>(null);
  const [first, setFirst] = useState<string | null>(null);
  const { askedAt } = props;
  const steady = useSteadyRows(traces, traceId);
  const newest = traces[0];
  if (first === null && newest) setFirst(newest.id); // newer ones come all the time: what is being read stays
  const arrived = askedAt === null ? undefined : traces.find((trace) => trace.reason === 'asked' && trace.startedAt >= askedAt);
  const waiting = askedAt !== null && arrived === undefined;
  const wanted = props.chosen ?? arrived?.id ?? (phone ? null : first);
  const found = wanted === null ? undefined : table.byId[wanted];
  if (found && found !== kept) setKept(found); // a trace that is no longer kept stays as it was while somebody reads it
  const shown = found ?? (kept?.id === wanted ? kept : null);
  if (table.status === 'loading') return <Skeleton rows={6} />;
  const list = (
    <section className="sheet trace-list" aria-label={text.list}>
      <div className="trace-list-head">
        <Button icon={<Footprints size={18} aria-hidden="true" />} busy={ask.busy} onClick={() => void ask.run({ source: null })}>
          {text.ask}
        </Button>
        {waiting && (
          <p className="small" role="status">
            <StateBadge tone="starting" label={text.waitingFor} size="s" />
          </p>
        )}
      </div>
      {traces.length === 0 ? (
        <EmptyNotice title={text.empty} body={text.emptyBody} />
      ) : (
        <ul className="trace-rows" {...steady.touch}>
          {steady.rows.map((trace) => (
            <TraceRow key={trace.id} trace={trace} chosen={trace.id === shown?.id} onChoose={props.onChoose} />
          ))}
        </ul>
      )}
    </section>
  );
  const one = shown ? (
    <OneTrace trace={shown} onBack={phone ? () => props.onChoose(null) : null} />
  ) : (
    <section className="sheet trace-one">
      <EmptyNotice
        title={wanted === null ? text.choose : text.gone}
        body={wanted === null ? text.chooseBody : text.goneBody}
        {...(phone ? { action: <Button onClick={() => props.onChoose(null)}>{text.back}</Button> } : {})}
      />
    </section>
  );
  if (phone) return wanted === null ? list : one;
  return (
    <div className="traces">
      {list}
      {one}
    </div>
  );
}
