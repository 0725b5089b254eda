import Pencil from 'lucide-react/icons/pencil';
import Send from 'lucide-react/icons/send';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { DeadLetterView } from '../../../core/contract/outbox-views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { go, href } from '../../hooks/use-route.ts';
import { common } from '../../text/common.ts';
import { refused, letter as text } from '../../text/dead-letters.ts';
import { formatBytes, formatCount, formatDateTime } from '../../text/format.ts';
import { sourceWords } from '../../text/outbox-words.ts';
import { LetterEditor } from './LetterEditor.tsx';
import { nameOfStream } from './stream-columns.tsx';
import { useLetterActions } from './use-letter-actions.ts';

const toList = (): void => go('data', 'refused');

function Facts(props: { row: DeadLetterView }): ReactNode {
  const { row } = props;
  const { facts } = text;
  return (
    <dl className="facts">
      <dt>{facts.topic}</dt>
      <dd className="mono">{row.topic}</dd>
      <dt>{facts.source}</dt>
      <dd>{sourceWords(row.source)}</dd>
      <dt>{facts.at}</dt>
      <dd className="num">{formatDateTime(row.at)}</dd>
      <dt>{facts.refused}</dt>
      <dd className="num">{formatDateTime(row.fault.at)}</dd>
      <dt>{facts.destination}</dt>
      <dd>{row.destination}</dd>
      <dt>{facts.stream}</dt>
      <dd>{nameOfStream(row.stream)}</dd>
      <dt>{facts.custody}</dt>
      <dd className="num">{formatCount(row.custody)}</dd>
      <dt>{facts.entry}</dt>
      <dd className="num">{row.entry}</dd>
      <dt>{facts.size}</dt>
      <dd className="num">{formatBytes(row.size)}</dd>
      <dt>{facts.code}</dt>
      <dd className="mono">{row.fault.code}</dd>
    </dl>
  );
}

function Letter(props: { row: DeadLetterView }): ReactNode {
  const { row } = props;
  const [editing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const edited = useRef(false);
  // Who leaves the editor is back at the button that opened it, which was gone meanwhile.
  useEffect(() => {
    if (!editing && edited.current) edit.current?.focus();
    edited.current = editing;
  }, [editing]);
  const actions = useLetterActions(toList);
  return (
    <div className="page">
      <div className="page-head data-head">
        <BackLink href={href('data', 'refused')} label={text.back} />
        <h1 className="grow mono data-topic letter-title">{row.topic}</h1>
        {!editing && (
          <>
            <ConfirmHold label={refused.discard} busy={actions.busy} onConfirm={() => void actions.discard([row.id])} />
            <Button ref={edit} icon={<Pencil size={18} aria-hidden="true" />} onClick={() => setEditing(true)}>
              {text.edit}
            </Button>
            <Button
              kind="primary"
              busy={actions.busy}
              icon={<Send size={18} aria-hidden="true" />}
              onClick={() => void actions.retry([row.id])}
            >
              {refused.retry}
            </Button>
          </>
        )}
      </div>
      <ErrorNotice tone="warn" what={row.fault.message} meaning={text.meaning} remedy={row.fault.remedy} at={row.fault.at} />
      <div className="data-grid">
        <section className="sheet">
          <header className="sheet-head">
            <h2>{editing ? text.editTitle : text.content}</h2>
          </header>
          <div className="sheet-body stack">
            {editing ? (
              <LetterEditor row={row} onDone={toList} onCancel={() => setEditing(false)} />
            ) : (
              <PayloadView message={row} />
            )}
          </div>
        </section>
        <section className="sheet sheet-body" aria-label={row.topic}>
          <Facts row={row} />
        </section>
      </div>
    </div>
  );
}

/** One refused message with its whole content: look at it, edit it, send it again, discard it. */
export function DeadLetterPage(props: { id: string }): ReactNode {
  const id = Number(props.id);
  const query = useQuery('deadletter.get', Number.isSafeInteger(id) ? { id } : null);
  if (query.data) return <Letter row={query.data} />;
  if (query.loading) return <Skeleton rows={8} />;
  const { problem } = query;
  if (problem && problem.code !== 'deadletter/unknown') {
    return (
      <div className="page">
        <h1 className="visually-hidden">{text.failed}</h1>
        <ProblemNotice problem={problem} action={<Button onClick={query.reload}>{common.retry}</Button>} />
      </div>
    );
  }
  return <EmptyNotice page title={text.unknown} body={text.unknownBody} action={<Button onClick={toList}>{text.back}</Button>} />;
}
