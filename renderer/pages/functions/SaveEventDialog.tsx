import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { common } from '../../text/common.ts';
import { tryIt as text } from '../../text/function-try.ts';

const MOST_NAME = 64;

/** Asks the name under which an event is kept. */
export function SaveEventDialog(props: {
  open: boolean;
  name: string;
  suggested: string;
  topic: string;
  payload: string;
  onClose: () => void;
  onSaved: (event: string) => void;
}): ReactNode {
  const form = useId();
  const [event, setEvent] = useState(props.suggested);
  const wanted = event.trim().slice(0, MOST_NAME);
  const { run, busy, problem } = useCall('test-event.save', {
    done: text.savedAs(wanted),
    inline: true,
    onDone: () => props.onSaved(wanted),
  });
  function save(submit: FormEvent): void {
    submit.preventDefault();
    if (wanted !== '' && !busy) void run({ function: props.name, name: wanted, topic: props.topic, payload: props.payload });
  }
  return (
    <Dialog
      open={props.open}
      title={text.saveTitle}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <Button kind="primary" type="submit" form={form} busy={busy} disabled={wanted === ''}>
            {text.save}
          </Button>
        </>
      }
    >
      <form id={form} className="stack" onSubmit={save}>
        <TextField id="event-name" label={text.name} value={event} onChange={setEvent} hint={text.nameHint} autoFocus />
        {problem && <ProblemNotice problem={problem} />}
      </form>
    </Dialog>
  );
}
