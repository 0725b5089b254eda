import Play from 'lucide-react/icons/play';
import Save from 'lucide-react/icons/save';
import { type ReactNode, useState } from 'react';
import type { TestEventView } from '../../../core/contract/function-views.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
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
  const faults = checkDraft(draft, props.encoding);
  const isWrong = faults.topic !== null || faults.content !== null;
  return (
    <section className="sheet">
      <div className="sheet-body stack">
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
        <div className="field">
          <label className="field-label" htmlFor="try-content">
            {text.content}
          </label>
          {draft.raw === null && (
            <textarea
              id="try-content"
              className="input mono try-content"
              rows={7}
              value={draft.words}
              spellCheck={false}
              aria-invalid={faults.content !== null}
              aria-describedby="try-content-about"
              onChange={(event) => props.onDraft({ ...draft, words: event.target.value })}
            />
          )}
          <p id="try-content-about" className={faults.content === null ? 'field-hint num' : 'field-error'}>
            {faults.content ?? faults.hint}
          </p>
        </div>
        <div className="row row-wrap">
          {picked !== null && (
            <ConfirmHold
              label={text.remove}
              busy={remove.busy}
              onConfirm={() => void remove.run({ function: props.name, name: picked })}
            />
          )}
          <span className="grow" />
          <Button icon={<Save size={18} aria-hidden="true" />} disabled={isWrong} onClick={() => setSaving(true)}>
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
