import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { ConfirmHold } from '../../../components/ConfirmHold.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { ProblemNotice } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { common } from '../../../text/common.ts';
import { base64Of, sendBytes } from '../terminal/send-text.ts';

/** Longest attribute value. */
const VALUE_MAX = 512;

/** Writes a characteristic, held; with the device's confirmation where it gives one. */
export function GattWriteDialog(props: {
  session: string;
  characteristic: string;
  name: string;
  confirmed: boolean;
  plain: boolean;
  onClose: () => void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const [mode, setMode] = useState<'request' | 'command'>(props.confirmed ? 'request' : 'command');
  const { run, busy, problem } = useCall('gatt.write', { done: text.written, inline: true, onDone: props.onClose });
  const made = sendBytes(typed, 'hex', 'none');
  const bytes = made.ok && made.bytes.length <= VALUE_MAX ? made.bytes : null;
  return (
    <Dialog
      open
      title={text.writeTitle(props.name)}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <ConfirmHold
            kind="primary"
            label={text.hold}
            disabled={bytes === null}
            busy={busy}
            onConfirm={() => {
              if (!bytes) return;
              void run({ session: props.session, characteristic: props.characteristic, value: base64Of(bytes), mode });
            }}
          />
        </>
      }
    >
      <div className="stack">
        <p>{text.writeBody}</p>
        <TextField
          id="gatt-bytes"
          label={text.writeBytes}
          value={typed}
          autoFocus
          onChange={setTyped}
          {...(bytes === null && typed.trim() !== '' ? { error: text.writeFault } : { hint: text.writeHint })}
        />
        {props.confirmed && props.plain && (
          <div className="field">
            <span className="field-label">{text.mode}</span>
            <div>
              <SegmentedControl
                label={text.mode}
                value={mode}
                choices={(['request', 'command'] as const).map((value) => ({ value, label: text.modes[value] }))}
                onChange={setMode}
              />
            </div>
          </div>
        )}
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}
