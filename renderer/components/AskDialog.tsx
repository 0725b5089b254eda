import type { ReactNode } from 'react';
import { common } from '../text/common.ts';
import { Button } from './Button.tsx';
import { ConfirmHold } from './ConfirmHold.tsx';
import { Dialog } from './Dialog.tsx';

/** Asks before something is done to many; with `hold` the button must be held, for what cannot be taken back. */
export function AskDialog(props: {
  open: boolean;
  title: string;
  body: string;
  action: string;
  hold: boolean;
  busy: boolean;
  onAct: () => void;
  onClose: () => void;
}): ReactNode {
  return (
    <Dialog
      open={props.open}
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          {props.hold ? (
            <ConfirmHold kind="primary" label={props.action} busy={props.busy} onConfirm={props.onAct} />
          ) : (
            <Button kind="primary" busy={props.busy} onClick={props.onAct}>
              {props.action}
            </Button>
          )}
        </>
      }
    >
      <p>{props.body}</p>
    </Dialog>
  );
}
