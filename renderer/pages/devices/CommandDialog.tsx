import { type ReactNode, useState } from 'react';
import type { CommandView, DeviceView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { common } from '../../text/common.ts';
import { commands as text, write } from '../../text/devices.ts';
import { parseValue } from './WriteDialog.tsx';

const KIND = { number: 'number', switch: 'switch', text: 'text', nothing: 'text' } as const;

/** Asks for the value and the consent of a command, and runs it; one that asks first must be held. */
export function CommandDialog(props: { device: DeviceView; command: CommandView; onClose: () => void }): ReactNode {
  const { device, command } = props;
  const { toasts } = useConsole();
  const [typed, setTyped] = useState(command.asks === 'switch' ? 'on' : '');
  const point = device.points.find((one) => one.name === command.point);
  const { run, busy, problem } = useCall('device.command', {
    inline: true,
    onDone: (result) => {
      toasts.say(`${text.states[result.state]} ${result.words}`);
      props.onClose();
    },
  });
  const parsed = parseValue(KIND[command.asks], typed);
  const isReady = command.asks === 'nothing' || 'value' in parsed;
  function start(): void {
    if (!isReady) return;
    const value = command.asks !== 'nothing' && 'value' in parsed ? { value: parsed.value } : {};
    void run({ device: device.id, command: command.name, ...value, confirmed: command.confirm !== null });
  }
  return (
    <Dialog
      open
      title={command.label}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          {command.confirm === null ? (
            <Button kind="primary" busy={busy} disabled={!isReady} onClick={start}>
              {text.run}
            </Button>
          ) : (
            <ConfirmHold kind="primary" label={text.hold} busy={busy} disabled={!isReady} onConfirm={start} />
          )}
        </>
      }
    >
      <div className="stack">
        <p>{command.confirm ?? text.intro(device.name)}</p>
        {command.asks === 'switch' && (
          <SegmentedControl
            label={write.value}
            value={typed}
            choices={[
              { value: 'off', label: write.off },
              { value: 'on', label: write.on },
            ]}
            onChange={setTyped}
          />
        )}
        {(command.asks === 'number' || command.asks === 'text') && (
          <TextField
            id="command-value"
            label={point?.label ?? write.value}
            {...(point ? { unit: point.unit } : {})}
            value={typed}
            onChange={setTyped}
            numeric={command.asks === 'number'}
            autoFocus
            {...('error' in parsed && typed !== '' ? { error: parsed.error } : {})}
          />
        )}
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}
