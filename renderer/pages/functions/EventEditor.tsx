import Play from 'lucide-react/icons/play';
import Plus from 'lucide-react/icons/plus';
import Save from 'lucide-react/icons/save';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import type { TestEventView } from '../../../core/contract/function-views.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { TextArea } from '../../components/TextArea.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { tryIt as text } from '../../text/function-try.ts';
import { SaveEventDialog } from './SaveEventDialog.tsx';
import { checkDraft, type Draft, draftPayload } from './try-draft.ts';

/** Chooses, writes, keeps and runs an event. */
export function EventEditor(props: {
  name: string;
  events: readonly TestEventView[];
  picked: string | null;
  draft: Draft;
  encoding: 'json' | 'binary' | null;
  busy: boolean;
  onPick: (event: string | null) => void;
  onDraft: (draft: Draft) => void;
  onRun: () => void;
  onSaved: (event: string) => void;
  onRemoved: () => void;
}): ReactNode {
  const { draft, picked, busy } = props;
  const [saving, setSaving] = useState(false);
  const remove = useCall('test-event.remove', {
    ...(picked !== null && { done: text.removed(picked) }),
    onDone: props.onRemoved,
  });
  const [hasContext, setContext] = useState(draft.context !== '');
  const faults = checkDraft(draft, props.encoding);
  const isEventWrong = faults.topic !== null || faults.content !== null;
  const isWrong = isEventWrong || faults.context !== null;
  function addContext(): void {
    flushSync(() => setContext(true));
    document.getElementById('try-context')?.focus(); // the button that opened it is gone
  }
  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!isWrong && !busy) props.onRun();
  }
  return (
    <section className="sheet">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the fields in it */}
      <div className="sheet-body stack" onKeyDown={onKey}>
        <div className="field">
          <label className="field-label" htmlFor="try-event">
            {text.events}
          </label>
          <div className="row">
            <select
              id="try-event"
              className="input"
              value={picked ?? ''}
              onChange={(event) => props.onPick(event.target.value === '' ? null : event.target.value)}
            >
              <option value="">{text.fresh}</option>
              {props.events.length > 0 && (
                <optgroup label={text.saved}>
                  {props.events.map((one) => (
                    <option key={one.name} value={one.name}>
                      {one.name}
                    </option>
                  ))}
                </optgroup>
              )}
            </select>
            <Button
              kind="primary"
              icon={<Play size={18} aria-hidden="true" />}
              busy={busy}
              disabled={isWrong}
              aria-keyshortcuts="Control+Enter"
              title={text.runKeys}
              onClick={props.onRun}
            >
              {busy ? text.running : text.run}
            </Button>
          </div>
          <p className="field-hint">{props.events.length === 0 ? `${text.noneSaved} ${text.real}` : text.real}</p>
        </div>
        <TextField
          id="try-topic"
          label={text.topic}
          value={draft.topic}
          onChange={(topic) => props.onDraft({ ...draft, topic })}
          {...(faults.topic === null ? { hint: text.topicHint } : { error: faults.topic })}
        />
        {draft.raw === null ? (
          <TextArea
            id="try-content"
            label={text.content}
            className="try-content"
            rows={hasContext ? 5 : 7}
            value={draft.words}
            onChange={(words) => props.onDraft({ ...draft, words })}
            hint={faults.hint}
            error={faults.content ?? undefined}
          />
        ) : (
          <div>
            <p className="field-label">{text.content}</p>
            <p className={faults.content === null ? 'field-hint' : 'field-error'}>{faults.content ?? faults.hint}</p>
          </div>
        )}
        {hasContext && (
          <TextArea
            id="try-context"
            label={text.context.label}
            className="try-content"
            rows={3}
            value={draft.context}
            placeholder={text.context.example}
            onChange={(context) => props.onDraft({ ...draft, context })}
            hint={text.context.hint}
            error={faults.context ?? undefined}
          />
        )}
        <div className="row row-wrap">
          {picked !== null && (
            <ConfirmHold
              label={text.remove}
              busy={remove.busy}
              onConfirm={() => void remove.run({ function: props.name, name: picked })}
            />
          )}
          {!hasContext && (
            <Button kind="quiet" icon={<Plus size={18} aria-hidden="true" />} onClick={addContext}>
              {text.context.add}
            </Button>
          )}
          <span className="grow" />
          <Button icon={<Save size={18} aria-hidden="true" />} disabled={isEventWrong} onClick={() => setSaving(true)}>
            {text.save}
          </Button>
        </div>
      </div>
      <SaveEventDialog
        key={`${saving} ${picked}`}
        open={saving}
        name={props.name}
        suggested={picked ?? ''}
        topic={draft.topic}
        payload={draftPayload(draft)}
        onClose={() => setSaving(false)}
        onSaved={(event) => {
          setSaving(false);
          props.onSaved(event);
        }}
      />
    </section>
  );
}
