import RotateCcw from 'lucide-react/icons/rotate-ccw';
import type { ReactNode } from 'react';
import type { FailedEventView } from '../../../core/contract/function-views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { SaveTestEvent } from '../../components/SaveTestEvent.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { go, href } from '../../hooks/use-route.ts';
import { useRow } from '../../hooks/use-table.ts';
import { common } from '../../text/common.ts';
import { formatBytes, formatCount, formatDateTime } from '../../text/format.ts';
import { failed as text } from '../../text/function-errors.ts';
import { sourceWords } from '../../text/outbox-words.ts';
import { useFailedActions } from './use-failed-events.ts';

/** A test event may not be longer. */
const MOST_SAVED = 262_144;

function Facts(props: { row: FailedEventView }): ReactNode {
  const { row } = props;
  const { facts } = text;
  return (
    <dl className="facts">
      <dt>{facts.at}</dt>
      <dd className="num">{formatDateTime(row.failedAt)}</dd>
      <dt>{facts.attempts}</dt>
      <dd className="num">{formatCount(row.attempts)}</dd>
      <dt>{facts.source}</dt>
      <dd>{sourceWords(row.source)}</dd>
      <dt>{facts.version}</dt>
      <dd className="num">{formatCount(row.version)}</dd>
      <dt>{facts.size}</dt>
      <dd className="num">{formatBytes(row.size)}</dd>
      <dt>{facts.code}</dt>
      <dd className="mono">{row.code}</dd>
      <dt>{facts.id}</dt>
      <dd className="num">{row.id}</dd>
    </dl>
  );
}

function Event(props: { row: FailedEventView }): ReactNode {
  const { row } = props;
  const { function: name } = row;
  const isParked = useRow('functions', name)?.state === 'parked';
  const actions = useFailedActions(name, () => go('functions', name, 'failed'));
  return (
    <div className="page">
      <div className="page-head">
        <BackLink href={href('functions', name, 'failed')} label={text.back} />
        <h1 className="grow mono function-topic failed-title">{row.topic}</h1>
        <ConfirmHold label={text.discard} busy={actions.busy} onConfirm={() => void actions.discard([row.id])} />
        <Button
          kind="primary"
          busy={actions.busy}
          disabled={isParked}
          icon={<RotateCcw size={18} aria-hidden="true" />}
          onClick={() => void actions.retry([row.id])}
        >
          {text.retry}
        </Button>
      </div>
      <ErrorNotice tone="warn" what={row.error} {...(isParked && { remedy: text.parked })} at={row.failedAt} />
      <div className="function-pair">
        <section className="sheet">
          <header className="sheet-head">
            <h2>{text.content}</h2>
          </header>
          <div className="sheet-body stack">
            <PayloadView message={row} />
            <SaveTestEvent
              name={name}
              topic={row.topic}
              payload={row.payload}
              at={row.failedAt}
              truncated={row.size > MOST_SAVED}
            />
          </div>
        </section>
        <section className="sheet sheet-body stack" aria-label={row.topic}>
          <Facts row={row} />
          {row.stack !== '' && (
            <>
              <h3>{text.stack}</h3>
              <CodeBlock text={row.stack} label={text.stack} maxHeight={260} />
            </>
          )}
        </section>
      </div>
    </div>
  );
}

/** One failed event with its whole content: look at it, try it again, keep it as a test event, discard it. */
export function FailedEventPage(props: { name: string; id: string }): ReactNode {
  const id = Number(props.id);
  const query = useQuery('function.failed.get', Number.isSafeInteger(id) ? { id } : null);
  const back = <Button onClick={() => go('functions', props.name, 'failed')}>{text.back}</Button>;
  if (query.data) return <Event row={query.data} />;
  if (query.loading) return <Skeleton rows={8} />;
  const { problem } = query;
  if (problem && problem.code !== 'deadletter/unknown') {
    return (
      <div className="page">
        <h1 className="visually-hidden">{text.content}</h1>
        <ProblemNotice problem={problem} action={<Button onClick={query.reload}>{common.retry}</Button>} />
      </div>
    );
  }
  return <EmptyNotice page title={text.unknown} body={text.unknownBody} action={back} />;
}
