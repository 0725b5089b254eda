import type { ReactNode } from 'react';
import type { DeadLetterView } from '../../../core/contract/outbox-views.ts';
import { ChooseBox, type Choosing } from '../../components/ChooseBox.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { Ago } from '../../components/Notices.tsx';
import { href } from '../../hooks/use-route.ts';
import { refused as text } from '../../text/dead-letters.ts';
import { formatBytes } from '../../text/format.ts';
import { sourceWords } from '../../text/outbox-words.ts';

function Cause(props: { row: DeadLetterView }): ReactNode {
  const { row } = props;
  return (
    <a className="row-link clip-two data-name" href={href('data', 'refused', String(row.id))}>
      {row.fault.message}
    </a>
  );
}

/** Columns that know which rows are chosen: made anew when the choice changes. */
export const letterColumns = (choosing: Choosing): readonly Column<DeadLetterView>[] => [
  {
    id: 'choose',
    head: '',
    width: '64px',
    cell: (row) => <ChooseBox id={row.id} label={text.choose(row.topic)} choosing={choosing} />,
  },
  { id: 'cause', head: text.columns.cause, width: 'minmax(200px, 2fr)', cell: (row) => <Cause row={row} /> },
  {
    id: 'at',
    head: text.columns.at,
    width: '116px',
    cell: (row) => (
      <span className="small">
        <Ago at={row.fault.at} />
      </span>
    ),
  },
  {
    id: 'topic',
    head: text.columns.topic,
    width: 'minmax(150px, 1.5fr)',
    cell: (row) => <p className="mono small clip">{row.topic}</p>,
  },
  {
    id: 'source',
    head: text.columns.source,
    width: 'minmax(110px, 1fr)',
    cell: (row) => <p className="small clip">{sourceWords(row.source)}</p>,
  },
  { id: 'size', head: text.columns.size, width: '92px', align: 'end', cell: (row) => formatBytes(row.size) },
];

/** The same where the screen is too narrow for a table. */
export function LetterCard(props: { row: DeadLetterView; choosing: Choosing }): ReactNode {
  const { row } = props;
  return (
    <div className="letter-card">
      <ChooseBox id={row.id} label={text.choose(row.topic)} choosing={props.choosing} />
      <div className="card-lines">
        <Cause row={row} />
        <p className="mono small muted clip">{row.topic}</p>
        <div className="row small muted num">
          <span className="grow clip">{sourceWords(row.source)}</span>
          <Ago at={row.fault.at} />
          <span>{formatBytes(row.size)}</span>
        </div>
      </div>
    </div>
  );
}
