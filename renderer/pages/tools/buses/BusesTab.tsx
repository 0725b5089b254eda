import { type ReactNode, useMemo } from 'react';
import type { BusView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { go, href } from '../../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { buses as text } from '../../../text/buses.ts';
import { formatPercent, formatRate } from '../../../text/format.ts';
import { byName } from '../../../text/locale.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { BusPage } from './BusPage.tsx';
import './buses.css';
import { budgetWords, VERDICT_TONE, verdictRank } from './bus-words.ts';

function BusCard(props: { bus: BusView }): ReactNode {
  const { bus } = props;
  return (
    <li className="sheet bus-card">
      <div className="row row-wrap">
        <h2 className="grow">
          <a className="row-link" href={href('tools', 'buses', bus.id)}>
            {bus.label}
          </a>
        </h2>
        <StateBadge tone={VERDICT_TONE[bus.verdict.state]} label={text.states[bus.verdict.state]} />
      </div>
      <p>{bus.verdict.finding}</p>
      <p className={bus.budget === '' ? 'small muted' : 'small'}>{budgetWords(bus)}</p>
      <p className="small muted num">
        {text.framing[bus.framing]}, {text.units(bus.units)}
        {bus.parked > 0 && `, ${text.parked(bus.parked)}`}, {formatRate(bus.requestsPerS)}/s, {text.figures.load.toLowerCase()}{' '}
        {formatPercent(bus.load * 100)}
      </p>
      {bus.claimedBy !== null && (
        <p>
          <StateBadge tone="check" label={text.claimed(bus.claimedBy)} size="s" />
        </p>
      )}
    </li>
  );
}

/** Every Modbus bus with its verdict: `#/tools/buses`, `#/tools/buses/<id>`. */
export function BusesTab(props: { bus: string | null }): ReactNode {
  const table = useRows('buses');
  const rows = useMemo(
    () => rowsOf(table).sort((a, b) => verdictRank(a.verdict) - verdictRank(b.verdict) || byName(a.label, b.label)),
    [table],
  );
  const chosen = props.bus === null ? undefined : table.byId[props.bus];
  if (table.status === 'loading') {
    return (
      <ToolFrame current="buses">
        <Skeleton rows={6} />
      </ToolFrame>
    );
  }
  if (chosen) return <BusPage key={chosen.id} bus={chosen} />;
  return (
    <ToolFrame current="buses">
      {props.bus !== null ? (
        <div className="sheet">
          <EmptyNotice
            title={text.unknown}
            body={text.unknownBody}
            action={<Button onClick={() => go('tools', 'buses')}>{text.back}</Button>}
          />
        </div>
      ) : rows.length === 0 ? (
        <div className="sheet">
          <EmptyNotice
            title={text.none}
            body={text.noneBody}
            action={<Button onClick={() => go('tools', 'modbus')}>{text.noneAction}</Button>}
          />
        </div>
      ) : (
        <ul className="bus-cards" aria-label={text.list}>
          {rows.map((bus) => (
            <BusCard key={bus.id} bus={bus} />
          ))}
        </ul>
      )}
    </ToolFrame>
  );
}
