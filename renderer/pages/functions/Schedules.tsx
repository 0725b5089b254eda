import { type ReactNode, useMemo } from 'react';
import type { ScheduleView } from '../../../core/contract/function-views.ts';
import { Ago, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { formatCount, formatDateTime } from '../../text/format.ts';
import { code as text } from '../../text/function-code.ts';

function Row(props: { row: ScheduleView }): ReactNode {
  const { row } = props;
  const isBad = row.lastResult === 'failed' || row.lastResult === 'refused';
  return (
    <li className="schedule">
      <p className="row row-wrap">
        <span className="function-name">{row.id.slice(row.function.length + 1)}</span>
        <span className="mono small grow">{row.rule}</span>
        {row.waitsFor !== null && (
          <StateBadge tone={row.waitsFor === 'clock' ? 'warn' : 'check'} label={text.waits[row.waitsFor]} size="s" />
        )}
      </p>
      <dl className="schedule-facts small">
        <div>
          <dt>{text.next}</dt>
          <dd className="num">{row.nextAt === null ? text.none : formatDateTime(row.nextAt)}</dd>
        </div>
        <div>
          <dt>{text.last}</dt>
          <dd className={isBad ? 'num function-errors' : 'num'}>
            {row.lastAt === null ? text.never : <Ago at={row.lastAt} />}
            {row.lastResult !== null && `, ${text.results[row.lastResult]}`}
          </dd>
        </div>
        <div>
          <dt>{text.runs}</dt>
          <dd className="num">{formatCount(row.runs)}</dd>
        </div>
        <div>
          <dt>{text.missed}</dt>
          <dd className="num">{formatCount(row.missed)}</dd>
        </div>
      </dl>
    </li>
  );
}

/** When the function runs by itself: cron, intervals, and what it has set for itself. */
export function Schedules(props: { name: string }): ReactNode {
  const { name } = props;
  const table = useWatch('schedules', { function: name });
  const rows = useMemo(() => rowsOf(table), [table]);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.schedules}</h2>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={2} />
      ) : rows.length === 0 ? (
        <p className="sheet-body muted">{text.noSchedules}</p>
      ) : (
        <ul>
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}
