import type { ReactNode } from 'react';
import type { FailedEventView } from '../../../core/contract/function-views.ts';
import { ChooseBox, type Choosing } from '../../components/ChooseBox.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { Ago } from '../../components/Notices.tsx';
import { href } from '../../hooks/use-route.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { failed as text } from '../../text/function-errors.ts';

function Cause(props: { row: FailedEventView }): ReactNode {
  const { row } = props;
  return (
    <a className="row-link clip-two failed-cause" href={href('functions', row.function, 'failed', String(row.id))}>
      {row.error}
    </a>
  );
}

/** Columns that know which rows are chosen: made anew when the choice changes. */
export const failedColumns = (choosing: Choosing): readonly Column<FailedEventView>[] => [
  {
    id: 'choose',
    head: '',
    width: '64px',
    cell: (row) => <ChooseBox id={row.id} label={text.choose(row.topic)} choosing={choosing} />,
  },
  { id: 'cause', head: text.columns.cause, width: 'minmax(220px, 2fr)', cell: (row) => <Cause row={row} /> },
  {
    id: 'at',
    head: text.columns.at,
    width: '116px',
    cell: (row) => (
      <span className="small">
        <Ago at={row.failedAt} />
      </span>
    ),
  },
  {
    id: 'topic',
    head: text.columns.topic,
    width: 'minmax(150px, 1.3fr)',
    cell: (row) => <p className="mono small clip">{row.topic}</p>,
  },
  { id: 'attempts', head: text.columns.attempts, width: '92px', align: 'end', cell: (row) => formatCount(row.attempts) },
  { id: 'size', head: text.columns.size, width: '92px', align: 'end', cell: (row) => formatBytes(row.size) },
];

/** The same where the screen is too narrow for a table. */
export function FailedCard(props: { row: FailedEventView; choosing: Choosing }): ReactNode {
  const { row } = props;
  return (
    <div className="failed-card">
      <ChooseBox id={row.id} label={text.choose(row.topic)} choosing={props.choosing} />
      <div className="failed-lines">
        <Cause row={row} />
        <p className="mono small muted clip">{row.topic}</p>
        <p className="row small muted num">
          <span className="grow">{text.attempts(formatCount(row.attempts))}</span>
          <Ago at={row.failedAt} />
          <span>{formatBytes(row.size)}</span>
        </p>
      </div>
    </div>
  );
}
