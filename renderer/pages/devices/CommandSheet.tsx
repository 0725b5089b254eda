import { type ReactNode, useState } from 'react';
import type { CommandView, DeviceView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { commands as text } from '../../text/devices.ts';
import { CommandDialog } from './CommandDialog.tsx';

function CommandButton(props: { device: DeviceView; command: CommandView; onAsk: () => void }): ReactNode {
  const { device, command } = props;
  const { toasts } = useConsole();
  const { run, busy } = useCall('device.command', {
    onDone: (result) => toasts.say(`${text.states[result.state]} ${result.words}`),
  });
  const isPlain = command.confirm === null && command.asks === 'nothing';
  return (
    <Button
      busy={busy}
      onClick={() => {
        if (isPlain) void run({ device: device.id, command: command.name, confirmed: false });
        else props.onAsk();
      }}
    >
      {command.label}
      {!isPlain && '…'}
    </Button>
  );
}

/** What can be asked of the device beyond reading. */
export function CommandSheet(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  const [asking, setAsking] = useState<string | null>(null);
  const command = device.commands.find((one) => one.name === asking);
  if (device.commands.length === 0) return null;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.title}</h2>
      </header>
      <div className="sheet-body row row-wrap">
        {device.commands.map((one) => (
          <CommandButton key={one.name} device={device} command={one} onAsk={() => setAsking(one.name)} />
        ))}
      </div>
      {command && <CommandDialog device={device} command={command} onClose={() => setAsking(null)} />}
    </section>
  );
}
