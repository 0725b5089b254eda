import RotateCcw from 'lucide-react/icons/rotate-ccw';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { BusUnitView, BusView } from '../../../../core/contract/field-views.ts';
import { AskDialog } from '../../../components/AskDialog.tsx';
import { BackLink } from '../../../components/BackLink.tsx';
import { Button } from '../../../components/Button.tsx';
import { DataTable } from '../../../components/DataTable.tsx';
import { ErrorNotice, Skeleton } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { href } from '../../../hooks/use-route.ts';
import { rowsOf, useWatch } from '../../../hooks/use-table.ts';
import { buses as text } from '../../../text/buses.ts';
import { formatCount, formatMillis, formatPercent, formatRate } from '../../../text/format.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { budgetWords, byNeed, VERDICT_TONE } from './bus-words.ts';
import { FaultTimeline } from './FaultTimeline.tsx';
import { UnitSheet } from './UnitSheet.tsx';
import { UnitCard, unitColumns } from './unit-columns.tsx';

const rowId = (unit: BusUnitView): string => unit.id;

function Figures(props: { bus: BusView }): ReactNode {
  const { bus } = props;
  const words = text.figures;
  const over = bus.wantedRoundMs > 0 && bus.roundMs > bus.wantedRoundMs;
  return (
    <>
      <dl className="figures bus-figures">
        <div>
          <dt>{words.requests}</dt>
          <dd className="num">{formatRate(bus.requestsPerS)}/s</dd>
        </div>
        <div>
          <dt>{words.load}</dt>
          <dd className="num">{formatPercent(bus.load * 100)}</dd>
        </div>
        <div>
          <dt>{words.round}</dt>
          <dd className="num">{bus.roundMs > 0 ? formatMillis(bus.roundMs) : '–'}</dd>
        </div>
        <div>
          <dt>{words.wanted}</dt>
          <dd className="num">{bus.wantedRoundMs > 0 ? formatMillis(bus.wantedRoundMs) : '–'}</dd>
        </div>
        <div>
          <dt>{words.waiting}</dt>
          <dd className="num">{formatCount(bus.waiting)}</dd>
        </div>
      </dl>
      <p className="bus-budget" data-tone={over ? 'warn' : 'normal'}>
        {over && <StateBadge tone="warn" label={text.budget} size="s" />} {budgetWords(bus)}{' '}
        {bus.budget !== '' && <span className="muted">{text.budgetRemedy}</span>}
      </p>
    </>
  );
}

/** One bus: verdict, poll budget, faults over time, and its units. */
export function BusPage(props: { bus: BusView }): ReactNode {
  const { bus } = props;
  const table = useWatch('units', { bus: bus.id });
  const rows = useMemo(() => rowsOf(table).sort(byNeed), [table]);
  const [asking, setAsking] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const reset = useCall('bus.reset', { done: text.resetDone, onDone: () => setAsking(false) });
  const columns = useMemo(() => unitColumns(setChosen), []);
  const card = useCallback((unit: BusUnitView) => <UnitCard unit={unit} onOpen={setChosen} />, []);
  const unit = chosen === null ? undefined : table.byId[chosen];
  return (
    <ToolFrame current="buses">
      <div className="tool-head">
        <BackLink href={href('tools', 'buses')} label={text.back} />
        <h2 className="grow bus-label">{bus.label}</h2>
        <StateBadge tone={VERDICT_TONE[bus.verdict.state]} label={text.states[bus.verdict.state]} />
        <Button icon={<RotateCcw size={18} aria-hidden="true" />} onClick={() => setAsking(true)}>
          {text.reset}
        </Button>
      </div>
      {bus.claimedBy !== null && <ErrorNotice tone="check" what={text.claimed(bus.claimedBy)} />}
      <ErrorNotice
        tone={VERDICT_TONE[bus.verdict.state]}
        what={bus.verdict.finding}
        meaning={bus.verdict.cause === '' ? '' : `${text.cause}: ${bus.verdict.cause}`}
        remedy={bus.verdict.remedy}
      />
      <section className="sheet sheet-body stack">
        <Figures bus={bus} />
      </section>
      <section className="sheet bus-units" style={{ '--rows': Math.min(Math.max(rows.length, 1), 12) }}>
        {table.status === 'loading' ? (
          <Skeleton rows={4} />
        ) : (
          <DataTable label={text.table} rows={rows} columns={columns} rowId={rowId} rowHeight={64} card={card} cardHeight={120} />
        )}
      </section>
      <section className="sheet">
        <header className="sheet-head">
          <h2>{text.timelineBus}</h2>
        </header>
        <div className="sheet-body">
          <FaultTimeline bus={bus.id} unit={null} />
        </div>
      </section>
      {unit && <UnitSheet unit={unit} onClose={() => setChosen(null)} />}
      <AskDialog
        open={asking}
        title={text.resetTitle}
        body={text.resetBody}
        action={text.reset}
        hold={false}
        busy={reset.busy}
        onAct={() => void reset.run({ bus: bus.id })}
        onClose={() => setAsking(false)}
      />
    </ToolFrame>
  );
}
