import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { type ReactNode, useId, useMemo, useState } from 'react';
import type { ErrorGroupView } from '../../../core/contract/function-views.ts';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { bytesOf } from '../../components/HexText.tsx';
import { Ago, EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { SaveTestEvent } from '../../components/SaveTestEvent.tsx';
import { StateIcon } from '../../components/StateBadge.tsx';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { common } from '../../text/common.ts';
import { formatCount, formatDateTime } from '../../text/format.ts';
import { errors as text } from '../../text/function-errors.ts';

/** Of an event no more is kept with an error: one that fills it was longer, or may have been. */
const KEPT_BYTES = 4096;

function Event(props: { row: ErrorGroupView }): ReactNode {
  const { row } = props;
  const { eventTopic: topic, eventPayload: payload } = row;
  if (topic === null) return <p className="muted">{text.noEvent}</p>;
  const size = payload === null ? 0 : bytesOf(payload).length;
  const truncated = size >= KEPT_BYTES;
  return (
    <>
      <p>
        <span className="muted">{text.topic}:</span> <span className="mono function-topic">{topic}</span>
      </p>
      {payload !== null && (
        <>
          <PayloadView message={{ payload, size, truncated }} />
          <SaveTestEvent
            key={row.lastAt}
            name={row.function}
            topic={topic}
            payload={payload}
            at={row.lastAt}
            truncated={truncated}
          />
        </>
      )}
    </>
  );
}

function Details(props: { row: ErrorGroupView; id: string }): ReactNode {
  const { row } = props;
  return (
    <div className="error-details" id={props.id}>
      <p>
        <strong>{common.whatToDo}:</strong> {row.remedy}
      </p>
      <div className="function-pair">
        <div className="stack function-part">
          <h3>{text.event}</h3>
          <Event row={row} />
        </div>
        <div className="stack function-part">
          {row.stack !== '' && (
            <>
              <h3>{text.stack}</h3>
              <CodeBlock text={row.stack} label={text.stack} maxHeight={260} />
            </>
          )}
          <dl className="facts small">
            <dt>{text.first}</dt>
            <dd className="num">{formatDateTime(row.firstAt)}</dd>
            <dt>{text.last}</dt>
            <dd className="num">{formatDateTime(row.lastAt)}</dd>
            <dt>{text.versions}</dt>
            <dd className="num">{row.versions.map(formatCount).join(', ')}</dd>
            <dt>{text.code}</dt>
            <dd className="mono">{row.code}</dd>
          </dl>
        </div>
      </div>
    </div>
  );
}

function Group(props: { row: ErrorGroupView; open: boolean; onToggle: () => void }): ReactNode {
  const { row, open } = props;
  const id = useId();
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li className="error-group">
      <button type="button" className="error-row" aria-expanded={open} aria-controls={id} onClick={props.onToggle}>
        <StateIcon tone="warn" size={18} />
        <span className="grow error-words">
          <span className="error-message">{row.message}</span>
          <span className="small muted num">
            {text.times(formatCount(row.count))}, {text.last.toLowerCase()} <Ago at={row.lastAt} />
            {row.eventTopic !== null && <span className="mono error-topic"> · {row.eventTopic}</span>}
          </span>
        </span>
        <Chevron size={18} aria-hidden="true" />
      </button>
      {open && <Details row={row} id={id} />}
    </li>
  );
}

/** What went wrong since the start, equal errors as one row; a row opens to show the stack and the event. */
export function ErrorsTab(props: { name: string }): ReactNode {
  const { name } = props;
  const table = useWatch('function-errors', { function: name });
  const [opened, setOpened] = useState<string | null>(null);
  const rows = useMemo(() => rowsOf(table).sort((a, b) => b.lastAt - a.lastAt), [table]);
  if (table.status === 'loading') return <Skeleton rows={4} />;
  return (
    <section className="sheet" aria-label={text.list}>
      {rows.length === 0 ? (
        <EmptyNotice title={text.none} body={text.noneBody} />
      ) : (
        <ul>
          {rows.map((row) => (
            <Group
              key={row.id}
              row={row}
              open={opened === row.id}
              onToggle={() => setOpened(opened === row.id ? null : row.id)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
