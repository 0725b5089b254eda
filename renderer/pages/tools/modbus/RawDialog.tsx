import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { ConfirmHold } from '../../../components/ConfirmHold.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { ErrorNotice } from '../../../components/Notices.tsx';
import { common } from '../../../text/common.ts';
import { master as text } from '../../../text/modbus-tool.ts';
import { base64Of, sendBytes } from '../terminal/send-text.ts';
import type { Whom } from './ask.ts';
import type { useMaster } from './use-master.ts';

/** Most bytes of a PDU. */
const PDU_MAX = 253;

/** Sends a PDU as it is typed: held, because it may write. */
export function RawDialog(props: { whom: Whom; master: ReturnType<typeof useMaster>; onClose: () => void }): ReactNode {
  const { whom, master, onClose } = props;
  const [typed, setTyped] = useState('');
  const made = sendBytes(typed, 'hex', 'none');
  const pdu = made.ok && made.bytes.length <= PDU_MAX ? made.bytes : null;
  function send(): void {
    if (!pdu) return;
    onClose();
    void master.ask(whom, { do: 'raw', pdu: base64Of(pdu) });
  }
  return (
    <Dialog
      open
      title={text.rawTitle}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {common.cancel}
          </Button>
          <ConfirmHold kind="primary" label={text.rawSend} disabled={pdu === null} busy={master.call.busy} onConfirm={send} />
        </>
      }
    >
      <div className="stack">
        <p>{text.rawBody}</p>
        {whom.unit === 0 && <ErrorNotice tone="warn" what={text.allUnits} meaning={text.allUnitsBody} />}
        <TextField
          id="raw-pdu"
          label={text.rawLabel}
          value={typed}
          autoFocus
          onChange={setTyped}
          {...(pdu === null && typed.trim() !== '' ? { error: text.rawFault } : { hint: '03 00 00 00 0A' })}
        />
      </div>
    </Dialog>
  );
}
