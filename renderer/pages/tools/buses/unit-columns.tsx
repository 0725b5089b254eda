import type { ReactNode } from 'react';
import type { BusUnitView } from '../../../../core/contract/field-views.ts';
import type { Column } from '../../../components/DataTable.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { buses as text } from '../../../text/buses.ts';
import { formatCount, formatMillis, formatRate } from '../../../text/format.ts';
import { unitWord, VERDICT_TONE } from './bus-words.ts';

const response = (unit: BusUnitView): string =>
  unit.answers === 0 ? text.noAnswer : text.response(formatMillis(unit.responseMs.p50), formatMillis(unit.responseMs.p95));
const rate = (unit: BusUnitView): string => text.rate(formatRate(unit.actualPerS), formatRate(unit.wantedPerS));

/** Zero is quiet, anything else is to be seen. */
function Counts(props: { of: readonly number[] }): ReactNode {
  const sum = props.of.reduce((a, b) => a + b, 0);
  const words = props.of.map((count) => formatCount(count)).join(', ');
  return sum === 0 ? <span className="muted">{words}</span> : <strong>{words}</strong>;
}

function Name(props: { unit: BusUnitView; onOpen: (id: string) => void }): ReactNode {
  const { unit } = props;
  return (
    <button
      type="button"
      className="row-link unit-open"
      aria-label={text.unitDetails(unit.unit)}
      onClick={() => props.onOpen(unit.id)}
    >
      {text.unit(unit.unit)}
    </button>
  );
}

const State = (props: { unit: BusUnitView }): ReactNode => (
  <StateBadge tone={VERDICT_TONE[props.unit.verdict.state]} label={unitWord(props.unit)} size="s" />
);
const devices = (unit: BusUnitView): string => (unit.devices.length === 0 ? text.noDevice : unit.devices.join(', '));

export const unitColumns = (onOpen: (id: string) => void): readonly Column<BusUnitView>[] => [
  {
    id: 'unit',
    head: text.columns.unit,
    width: 'minmax(110px, 1.2fr)',
    cell: (unit) => (
      <>
        <Name unit={unit} onOpen={onOpen} />
        <p className="small muted clip">{devices(unit)}</p>
      </>
    ),
  },
  { id: 'state', head: text.columns.state, width: '170px', cell: (unit) => <State unit={unit} /> },
  { id: 'rate', head: text.columns.rate, width: '104px', align: 'end', cell: rate },
  { id: 'response', head: text.columns.response, width: 'minmax(150px, 1fr)', align: 'end', cell: response },
  { id: 'timeouts', head: text.columns.timeouts, width: '92px', align: 'end', cell: (unit) => <Counts of={[unit.timeouts]} /> },
  {
    id: 'crc',
    head: text.columns.crc,
    width: '120px',
    align: 'end',
    cell: (unit) => <Counts of={[unit.crcErrors, unit.framingErrors]} />,
  },
  {
    id: 'late',
    head: text.columns.late,
    width: '110px',
    align: 'end',
    cell: (unit) => <Counts of={[unit.lateAnswers, unit.duplicateAnswers]} />,
  },
];

/** A unit on a phone. */
export function UnitCard(props: { unit: BusUnitView; onOpen: (id: string) => void }): ReactNode {
  const { unit } = props;
  return (
    <div className="card-lines">
      <div className="row">
        <span className="grow">
          <Name unit={unit} onOpen={props.onOpen} />
        </span>
        <State unit={unit} />
      </div>
      <p className="small muted clip">{devices(unit)}</p>
      <p className="small num clip">
        {rate(unit)}/s, {response(unit)}
      </p>
      <p className="small num clip">
        {text.columns.timeouts} <Counts of={[unit.timeouts]} />, {text.columns.crc}{' '}
        <Counts of={[unit.crcErrors, unit.framingErrors]} />
      </p>
    </div>
  );
}
