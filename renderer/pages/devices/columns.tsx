import type { ReactNode } from 'react';
import type { DeviceView } from '../../../core/contract/views.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Ago } from '../../components/Notices.tsx';
import { keyPoint, PointValue } from '../../components/PointValue.tsx';
import { HealthBadge } from '../../components/StateBadge.tsx';
import { href } from '../../hooks/use-route.ts';
import { devices as text } from '../../text/devices.ts';
import { formatCount, formatRate } from '../../text/format.ts';
import { errorCount, needRank } from './list.ts';

export const DEVICE_COLUMNS: readonly Column<DeviceView>[] = [
  {
    id: 'state',
    head: text.columns.state,
    width: '132px',
    cell: (device) => <HealthBadge health={device.health} size="s" />,
    sortBy: needRank,
  },
  {
    id: 'name',
    head: text.columns.name,
    width: 'minmax(150px, 1.7fr)',
    cell: (device) => (
      <>
        <a className="row-link clip device-name" href={href('devices', device.id)}>
          {device.name}
        </a>
        <p className="small muted clip">{device.id}</p>
      </>
    ),
    sortBy: (device) => device.name,
  },
  {
    id: 'connection',
    head: text.columns.connection,
    width: 'minmax(140px, 1.7fr)',
    cell: (device) => <p className="small clip device-connection">{device.connection}</p>,
    sortBy: (device) => device.connection,
  },
  {
    id: 'reading',
    head: text.columns.reading,
    width: 'minmax(140px, 1.3fr)',
    cell: (device) => {
      const point = keyPoint(device);
      if (!point) return <span className="muted">{text.noValue}</span>;
      return (
        <>
          <p className="clip">
            <PointValue point={point} />
          </p>
          <p className="small muted clip">{point.label}</p>
        </>
      );
    },
  },
  {
    id: 'seen',
    head: text.columns.seen,
    width: '116px',
    cell: (device) => (
      <span className="small">
        <Ago at={device.lastSeenAt} />
      </span>
    ),
    sortBy: (device) => device.lastSeenAt ?? 0,
  },
  {
    id: 'rate',
    head: text.columns.rate,
    width: '88px',
    align: 'end',
    cell: (device) => formatRate(device.readingsPerS),
    sortBy: (device) => device.readingsPerS,
  },
  {
    id: 'errors',
    head: text.columns.errors,
    width: '88px',
    align: 'end',
    cell: (device) => {
      const count = errorCount(device);
      return count === 0 ? <span className="muted">0</span> : formatCount(count);
    },
    sortBy: errorCount,
  },
];

/** The same device where the screen is too narrow for a table. */
export function DeviceCard(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  const point = keyPoint(device);
  const count = errorCount(device);
  return (
    <div className="card-lines">
      <div className="device-card-line">
        <a className="row-link clip device-name grow" href={href('devices', device.id)}>
          {device.name}
        </a>
        {point ? <PointValue point={point} strong /> : <span className="muted">{text.noValue}</span>}
      </div>
      <div className="device-card-line small muted">
        <HealthBadge health={device.health} size="s" />
        <span className="clip grow">{device.connection}</span>
      </div>
      <div className="device-card-line small muted num">
        <span className="grow">
          {text.columns.seen} <Ago at={device.lastSeenAt} />
        </span>
        {count > 0 && <span>{text.errors(formatCount(count))}</span>}
      </div>
    </div>
  );
}
