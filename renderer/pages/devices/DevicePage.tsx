import FileDown from 'lucide-react/icons/file-down';
import RefreshCw from 'lucide-react/icons/refresh-cw';
import Unplug from 'lucide-react/icons/unplug';
import { type ReactNode, useState } from 'react';
import { ERRORS } from '../../../core/base/errors.ts';
import type { DeviceView } from '../../../core/contract/views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { keyPoint } from '../../components/PointValue.tsx';
import { HEALTH_TONE } from '../../components/tone.ts';
import { useCall } from '../../hooks/use-call.ts';
import { useNow } from '../../hooks/use-now.ts';
import { go } from '../../hooks/use-route.ts';
import { useRow, useStatus } from '../../hooks/use-table.ts';
import { profiles } from '../../text/add-device.ts';
import { common } from '../../text/common.ts';
import { faultMeaning, ne107, device as text } from '../../text/devices.ts';
import { formatDuration } from '../../text/format.ts';
import { CommandSheet } from './CommandSheet.tsx';
import { DeviceFacts } from './DeviceFacts.tsx';
import { FrameList } from './FrameList.tsx';
import { Ne107Badge } from './Ne107Badge.tsx';
import { PointTable } from './PointTable.tsx';
import { PointTrend } from './PointTrend.tsx';
import { ProfileDialog } from './ProfileDialog.tsx';

function Commands(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  const [asking, setAsking] = useState(false);
  const [making, setMaking] = useState(false);
  const read = useCall('device.read', { done: text.readDone(device.name) });
  const reconnect = useCall('device.reconnect', { done: text.reconnectDone(device.name), onDone: () => setAsking(false) });
  return (
    <div className="row">
      <Button
        busy={read.busy}
        icon={<RefreshCw size={18} aria-hidden="true" />}
        onClick={() => void read.run({ device: device.id })}
      >
        {text.readNow}
      </Button>
      <Button icon={<Unplug size={18} aria-hidden="true" />} onClick={() => setAsking(true)}>
        {text.reconnect}
      </Button>
      <IconButton
        kind="plain"
        icon={<FileDown size={18} aria-hidden="true" />}
        label={profiles.make}
        onClick={() => setMaking(true)}
      />
      {making && <ProfileDialog device={device} onClose={() => setMaking(false)} />}
      <Dialog
        open={asking}
        title={text.reconnectTitle(device.name)}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button kind="quiet" onClick={() => setAsking(false)}>
              {common.cancel}
            </Button>
            <Button kind="primary" busy={reconnect.busy} onClick={() => void reconnect.run({ device: device.id })}>
              {text.reconnect}
            </Button>
          </>
        }
      >
        <p>{text.reconnectBody}</p>
      </Dialog>
    </div>
  );
}

function Head(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  const now = useNow();
  return (
    <div className="page-head device-head">
      <BackLink href="#/devices" label={text.back} />
      <div className="grow device-title">
        <h1 className="clip">{device.name}</h1>
        <p className="row">
          <Ne107Badge state={device.ne107.state} />
          <span className="small muted num">{text.since(formatDuration(now - device.ne107.since))}</span>
          {device.ne107.why !== '' && <span className="small clip device-why">{device.ne107.why}</span>}
        </p>
      </div>
      <Commands device={device} />
    </div>
  );
}

/** One device: what it says, how it is connected, what goes wrong, what is on the wire. */
export function DevicePage(props: { id: string }): ReactNode {
  const device = useRow('devices', props.id);
  const status = useStatus('devices');
  const [chosen, setChosen] = useState<string | null>(null);
  if (status === 'loading') return <Skeleton rows={8} />;
  if (!device) {
    return (
      <EmptyNotice
        page
        title={text.unknown}
        body={text.unknownBody(props.id)}
        action={<Button onClick={() => go('devices')}>{text.back}</Button>}
      />
    );
  }
  const point = device.points.find((one) => one.name === chosen) ?? keyPoint(device);
  const fault = device.health === 'ok' || device.pausedBy !== null ? null : device.lastError;
  return (
    <div className="page">
      <Head device={device} />
      {device.pausedBy !== null && (
        <ErrorNotice
          tone="check"
          what={ne107.pausedTitle(device.pausedBy)}
          meaning={ne107.pausedBody}
          action={<Button onClick={() => go('tools')}>{ne107.toTools}</Button>}
        />
      )}
      {fault && (
        <ErrorNotice
          what={fault.message}
          meaning={faultMeaning[fault.code] ?? ERRORS[fault.code].show}
          remedy={fault.remedy}
          at={fault.at}
          tone={HEALTH_TONE[device.health] === 'lost' ? 'lost' : 'warn'}
        />
      )}
      <div className="device-grid">
        <div className="stack">
          <PointTable device={device} chosen={point?.name ?? null} onChoose={setChosen} />
          {point && <PointTrend key={point.series} point={point} />}
        </div>
        <div className="stack">
          <CommandSheet device={device} />
          <DeviceFacts device={device} />
        </div>
      </div>
      <FrameList device={device.id} />
    </div>
  );
}
