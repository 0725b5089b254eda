import ChevronRight from 'lucide-react/icons/chevron-right';
import { type ReactNode, useMemo } from 'react';
import type { DeviceView } from '../../../core/contract/views.ts';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { keyPoint, PointValue } from '../../components/PointValue.tsx';
import { Sparkline } from '../../components/Sparkline.tsx';
import { HealthBadge } from '../../components/StateBadge.tsx';
import { HEALTH_RANK } from '../../components/tone.ts';
import { useNow } from '../../hooks/use-now.ts';
import { href } from '../../hooks/use-route.ts';
import { rowsOf, useRow, useRows } from '../../hooks/use-table.ts';
import { sparkOf, useTrend } from '../../hooks/use-trend.ts';
import { devices as deviceText } from '../../text/devices.ts';
import { formatCount, formatDuration } from '../../text/format.ts';
import { byName } from '../../text/locale.ts';
import { overview } from '../../text/overview.ts';

const AT_MOST = 8;
const text = overview.attention;

/** Worst first, then those that are so the longest, then by name. */
export function byNeed(rows: readonly DeviceView[]): DeviceView[] {
  return [...rows].sort(
    (a, b) =>
      HEALTH_RANK[a.health] - HEALTH_RANK[b.health] || (a.health === 'ok' ? 0 : a.since - b.since) || byName(a.name, b.name),
  );
}

function Item(props: { id: string }): ReactNode {
  const device = useRow('devices', props.id);
  const now = useNow(10_000);
  const point = device && keyPoint(device);
  const trend = useTrend(typeof point?.value === 'number' ? point.series : null, 900_000, 45, 30_000);
  const values = useMemo(() => sparkOf(trend.data ?? []), [trend.data]);
  if (!device) return null;
  return (
    <li className="attention-item">
      <HealthBadge health={device.health} size="s" />
      <div className="attention-name">
        <a className="row-link clip" href={href('devices', device.id)}>
          {device.name}
        </a>
        <p className="small muted clip num">
          {device.health === 'ok'
            ? (point?.label ?? device.connection)
            : `${text.since(formatDuration(now - device.since))}${device.lastError ? ` · ${device.lastError.message}` : ''}`}
        </p>
      </div>
      <div className="attention-value">
        {point ? <PointValue point={point} strong /> : <span className="muted">{text.noValue}</span>}
      </div>
      <div className="attention-spark">
        {values.length > 1 && <Sparkline values={values} label={point?.label ?? device.name} />}
      </div>
      <ChevronRight className="tile-arrow" size={18} aria-hidden="true" />
    </li>
  );
}

/** The devices that need somebody, then the others, at most eight. */
export function AttentionList(): ReactNode {
  const table = useRows('devices');
  const rows = useMemo(() => rowsOf(table), [table]);
  const first = useMemo(() => byNeed(rows).slice(0, AT_MOST), [rows]);
  const needy = first.some((row) => row.health === 'offline' || row.health === 'degraded');
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{needy ? text.titleAttention : text.title}</h2>
        {rows.length > 0 && (
          <a className="button" data-kind="quiet" href="#/devices">
            {text.all(formatCount(rows.length))}
          </a>
        )}
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={5} />
      ) : first.length === 0 ? (
        <EmptyNotice title={deviceText.empty} body={deviceText.emptyBody} />
      ) : (
        <ul>
          {first.map((row) => (
            <Item key={row.id} id={row.id} />
          ))}
        </ul>
      )}
    </section>
  );
}
