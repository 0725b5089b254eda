import { type ReactNode, useMemo, useState } from 'react';
import type { MessageView } from '../../../core/contract/views.ts';
import { SearchField } from '../../components/Choices.tsx';
import { HoldButton } from '../../components/HoldButton.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { preview } from '../../components/payload-text.ts';
import { TailList } from '../../components/TailList.tsx';
import { useHeldRows } from '../../hooks/use-held-rows.ts';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { panel as text } from '../../text/flows.ts';
import { formatCount, formatExactTime } from '../../text/format.ts';
import { MessageDetail } from './MessageDetail.tsx';
import { hasText } from './payload.ts';

const rowId = (message: MessageView): number => message.id;

function MessageRow(props: { message: MessageView; onOpen: (message: MessageView) => void }): ReactNode {
  const { message } = props;
  return (
    <button type="button" className="message-row" onClick={() => props.onOpen(message)}>
      <span className="row small">
        <span className="num muted">{formatExactTime(message.at)}</span>
        <span className="grow mono clip">{message.topic}</span>
        <span className="num muted">{text.sequence(formatCount(message.sequence))}</span>
      </span>
      <span className="mono clip message-preview">{preview(message.payload)}</span>
    </button>
  );
}

/** The messages on a flow (an edge or a whole subscription) to the party `to` as they pass; the newest at the end. */
export function MessageTail(props: { edge: string; to: string; onTrace: (id: string) => void }): ReactNode {
  const table = useWatch('messages', { edge: props.edge });
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<MessageView | null>(null);
  const rows = useMemo(() => rowsOf(table), [table]);
  const held = useHeldRows(rows, rowId);
  const shown = useMemo(() => held.rows.filter((message) => hasText(message, search)), [held.rows, search]);
  if (opened) {
    return <MessageDetail message={opened} to={props.to} onBack={() => setOpened(null)} onTrace={props.onTrace} />;
  }
  return (
    <div className="messages">
      <div className="row messages-head">
        <div className="grow">
          <SearchField label={text.filter} value={search} onChange={setSearch} />
        </div>
        <HoldButton isHeld={held.heldAt !== null} onToggle={held.toggle} />
      </div>
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : shown.length === 0 ? (
        rows.length === 0 ? (
          <EmptyNotice title={text.none} body={text.noneBody} />
        ) : (
          <EmptyNotice title={text.noMatch} />
        )
      ) : (
        <TailList
          label={text.messageList}
          rows={shown}
          rowId={rowId}
          estimate={58}
          heldAt={held.heldAt}
          onHold={held.hold}
          onFollow={held.follow}
          render={(message) => <MessageRow message={message} onOpen={setOpened} />}
        />
      )}
    </div>
  );
}
