import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { InvocationView } from '../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Skeleton } from '../../components/Notices.tsx';
import { useCall, useQuery } from '../../hooks/use-call.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { createDocumentDraft } from '../../stores/document-draft.ts';
import { EventEditor } from './EventEditor.tsx';
import { InvokeResult } from './InvokeResult.tsx';
import './try.css';
import { contextOf, draftOf, draftPayload, FRESH, readKept } from './try-draft.ts';

/** Tries the function by hand: an event on the left, what came of it on the right. `chosen` is the saved event to begin with. */
export function TryTab(props: { row: FunctionView; chosen: string | null }): ReactNode {
  const { name, timeoutMs } = props.row;
  const rules = useQuery('function.rules', { name });
  const events = useQuery('test-event.list', { function: name });
  const [kept] = useState(() => createDocumentDraft(window.sessionStorage, `gatehouse.test-event.${name}`));
  const [{ picked, draft }, setEvent] = useState(() => readKept(kept.read()) ?? { picked: null, draft: FRESH });
  const [outcome, setOutcome] = useState<InvocationView | null>(null);
  const [isStopped, setStopped] = useState(false);
  const { run, busy, problem, cancel } = useCall('function.invoke', { inline: true, onDone: setOutcome });
  const phone = usePhone();
  const result = useRef<HTMLElement>(null);
  const wanted = useRef(props.chosen);
  const { data } = events;

  useEffect(() => {
    const found = data?.find((one) => one.name === wanted.current);
    if (!found) return;
    wanted.current = null; // once: later loads of the list must not undo what was typed
    setEvent((now) => ({ picked: found.name, draft: { ...now.draft, ...draftOf(found) } }));
  }, [data]);
  // A look at the errors or the log must not lose what was typed.
  useEffect(() => kept.write(draft === FRESH ? '' : JSON.stringify({ picked, ...draft })), [kept, picked, draft]);
  useEffect(() => {
    // Beside the editor it is in sight anyway.
    if (phone && (busy || outcome !== null || problem !== null)) result.current?.scrollIntoView({ block: 'start' });
  }, [phone, busy, outcome, problem]);

  function pick(event: string | null): void {
    const found = data?.find((one) => one.name === event);
    const { context } = draft;
    setEvent(
      found ? { picked: found.name, draft: { ...draftOf(found), context } } : { picked: null, draft: { ...FRESH, context } },
    );
  }
  function start(): void {
    const context = contextOf(draft.context);
    if ('fault' in context) return;
    const { value: clientContext } = context;
    setOutcome(null);
    setStopped(false);
    void run({
      name,
      payload: draftPayload(draft),
      topic: draft.topic,
      ...(clientContext !== undefined && { clientContext }),
    });
  }
  function stop(): void {
    setStopped(true);
    cancel();
  }
  if (data === null && events.loading) return <Skeleton rows={6} />;
  return (
    <div className="function-pair try">
      <EventEditor
        name={name}
        events={data ?? []}
        picked={picked}
        draft={draft}
        encoding={rules.data?.encoding ?? null}
        busy={busy}
        onPick={pick}
        onDraft={(next) => setEvent({ picked, draft: next })}
        onRun={start}
        onSaved={(event) => {
          setEvent({ picked: event, draft });
          events.reload();
        }}
        onRemoved={() => {
          setEvent({ picked: null, draft });
          events.reload();
        }}
      />
      <InvokeResult
        ref={result}
        outcome={outcome}
        busy={busy}
        isStopped={isStopped}
        problem={problem}
        timeoutMs={timeoutMs}
        onStop={stop}
      />
    </div>
  );
}
