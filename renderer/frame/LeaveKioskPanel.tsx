import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Choices.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { ProblemNotice } from '../components/Notices.tsx';
import { useCall } from '../hooks/use-call.ts';
import { frame } from '../text/frame.ts';
import { usePanels } from './panels.tsx';

/** The technician's way out of the full screen: the PIN, checked by core. The PIN is forgotten when the panel closes. */
export function LeaveKioskPanel(): ReactNode {
  const panels = usePanels();
  const [pin, setPin] = useState('');
  const { run, busy, problem, clear } = useCall('kiosk.exit', { inline: true });
  const complete = /^\d{4,12}$/.test(pin);
  function close(): void {
    setPin('');
    clear();
    panels.close();
  }
  async function leave(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!complete) return;
    const given = pin;
    setPin('');
    await run({ pin: given });
  }
  return (
    <Dialog open={panels.current === 'leave'} title={frame.leave.title} onClose={close}>
      <form className="stack" onSubmit={(event) => void leave(event)}>
        <p>{frame.leave.body}</p>
        <TextField
          id="kiosk-pin"
          label={frame.leave.pin}
          value={pin}
          onChange={setPin}
          hint={frame.leave.hint}
          {...(pin !== '' && !/^\d*$/.test(pin) ? { error: frame.leave.digits } : {})}
          numeric
          secret
          autoFocus
        />
        {problem && <ProblemNotice problem={problem} />}
        <div>
          <Button type="submit" kind="primary" disabled={!complete} busy={busy}>
            {frame.leave.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
