import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { InvocationView } from '../../../core/contract/function-views.ts';
import { Skeleton } from '../../components/Notices.tsx';
import { useCall, useQuery } from '../../hooks/use-call.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { createDocumentDraft } from '../../stores/document-draft.ts';
import { EventEditor } from './EventEditor.tsx';
import { InvokeResult } from './InvokeResult.tsx';
import './try.css';
import { draftOf, draftPayload, FRESH, readKept } from './try-draft.ts';

/** Tries the function by hand: an event on the left, what came of it on the right. `chosen` is the saved event to begin with. */
export function TryTab(props: { name: string; chosen: string | null }): ReactNode {
  const { name } = props;
  const rules = useQuery('function.rules', { name });
  const events = useQuery('test-event.list', { function: name });
  const [kept] = useState(() => createDocumentDraft(window.sessionStorage, `gatehouse.test-event.${name}`));
  const [{ picked, draft }, setEvent] = useState(() => readKept(kept.read()) ?? { picked: null, draft: FRESH });
  const [outcome, setOutcome] = useState<InvocationView | null>(null);
  const { run, busy, problem } = useCall('function.invoke', { inline: true, onDone: setOutcome });
  const phone = usePhone();
  const result = useRef<HTMLElement>(null);
  const wanted = useRef(props.chosen);
  const { data } = events;

  useEffect(() => {
    const found = data?.find((one) => one.name === wanted.current);
    if (!found) return;
    wanted.current = null; // once: later loads of the list must not undo what was typed
    setEvent({ picked: found.name, draft: draftOf(found) });
  }, [data]);
  // A look at the errors or the log must not lose what was typed.
  useEffect(() => kept.write(draft === FRESH ? '' : JSON.stringify({ picked, ...draft })), [kept, picked, draft]);
  useEffect(() => {
    // Beside the editor it is in sight anyway.
    if (phone && (outcome !== null || problem !== null)) result.current?.scrollIntoView({ block: 'start' });
  }, [phone, outcome, problem]);

  function pick(event: string | null): void {
    const found = data?.find((one) => one.name === event);
    setEvent(found ? { picked: found.name, draft: draftOf(found) } : { picked: null, draft: FRESH });
  }
  function start(): void {
    setOutcome(null);
    void run({ name, payload: draftPayload(draft), topic: draft.topic });
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
      <InvokeResult ref={result} outcome={outcome} busy={busy} problem={problem} />
    </div>
  );
}
