import { type ReactNode, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNotice } from '../../components/Notices.tsx';
import { common } from '../../text/common.ts';
import { changes as changeText, editor as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';
import { inWords } from './changes.ts';
import type { Applying } from './use-apply.ts';
import type { Checked } from './use-validation.ts';

const MOST_NOTE = 200;

function Failure(props: { applying: Applying; checked: Checked; running: number | null; onAgain: () => void }): ReactNode {
  const { applying, checked, running } = props;
  if (applying.state === 'conflict') {
    const version = (one: number | null): string => (one === null ? text.nothingRuns : formatCount(one));
    return (
      <ErrorNotice
        tone="warn"
        what={text.conflict}
        meaning={text.conflictBody(version(checked.basedOn), version(running))}
        remedy={text.conflictRemedy}
        action={<Button onClick={props.onAgain}>{text.again}</Button>}
      />
    );
  }
  if (applying.state !== 'failed') return null;
  return (
    <ErrorNotice
      what={`${text.failedTitle}: ${applying.problem.what}`}
      meaning={running === null ? text.failedNothing : text.failedMeaning(formatCount(running))}
      remedy={applying.problem.remedy}
    />
  );
}

/** Says in words what will change, takes a note, applies, and shows how it went. */
export function ApplyDialog(props: {
  open: boolean;
  checked: Checked;
  /** What runs now. */
  running: number | null;
  applying: Applying;
  /** The newest version there is. */
  newest: number;
  onApply: (note: string) => void;
  onAgain: () => void;
  onClose: () => void;
}): ReactNode {
  const { checked, applying, running } = props;
  const [note, setNote] = useState('');
  const phrases = inWords(checked.result.changes);
  const removes = checked.result.changes.some((change) => change.kind === 'removed');
  const busy = applying.state === 'applying';
  const long = note.length > MOST_NOTE;
  return (
    <Dialog
      open={props.open}
      title={text.applyTitle(checked.result.name ?? text.title)}
      onClose={() => {
        if (!busy) props.onClose();
      }}
      actions={
        <>
          <Button kind="quiet" disabled={busy} onClick={props.onClose}>
            {common.cancel}
          </Button>
          {applying.state !== 'conflict' && (
            <ConfirmHold
              kind="primary"
              label={busy ? text.applying : text.hold}
              busy={busy}
              disabled={long}
              onConfirm={() => props.onApply(note.trim())}
            />
          )}
        </>
      }
    >
      <div className="stack">
        {phrases.length === 0 ? (
          <p>{changeText.none}</p>
        ) : (
          <ul className="apply-phrases">
            {phrases.map((phrase) => (
              <li key={phrase}>{phrase}</li>
            ))}
          </ul>
        )}
        <p className="muted">
          {text.becomes(formatCount(props.newest + 1))} {text.touched}{' '}
          {removes && <strong className="apply-removes">{text.removedWarning} </strong>}
          {running !== null && text.stays(formatCount(running))}
        </p>
        <TextField
          id="apply-note"
          label={text.note}
          value={note}
          onChange={setNote}
          hint={text.noteHint}
          {...(long ? { error: text.noteLong } : {})}
        />
        <div role="status" className="stack">
          {busy && <ErrorNotice tone="starting" what={text.applying} meaning={text.applyingBody} />}
          <Failure applying={applying} checked={checked} running={running} onAgain={props.onAgain} />
        </div>
      </div>
    </Dialog>
  );
}
