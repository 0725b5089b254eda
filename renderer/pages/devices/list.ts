import type { DeviceView, Health } from '../../../core/contract/views.ts';
import { HEALTH_RANK, HEALTH_WORD } from '../../components/tone.ts';
import { formatValue } from '../../text/format.ts';

export type StateFilter = 'all' | Health;

/** All faults of a device since the start. */
export const errorCount = (device: DeviceView): number => Object.values(device.errors).reduce((sum, count) => sum + count, 0);

/** What a search looks at: names, connection, state and values, in lower case. */
function haystack(device: DeviceView): string {
  const points = device.points
    .map((point) => `${point.label} ${formatValue(point.value, point.decimals)} ${point.unit}`)
    .join(' ');
  return `${device.name} ${device.id} ${device.connection} ${HEALTH_WORD[device.health]} ${points}`.toLowerCase();
}

/** Devices in a state that have every word of the search somewhere. */
export function filterDevices(rows: readonly DeviceView[], state: StateFilter, search: string): readonly DeviceView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (state === 'all' && words.length === 0) return rows;
  return rows.filter((device) => {
    if (state !== 'all' && device.health !== state) return false;
    if (words.length === 0) return true;
    const text = haystack(device);
    return words.every((word) => text.includes(word));
  });
}

export function countStates(rows: readonly DeviceView[]): Record<Health, number> {
  const counts: Record<Health, number> = { ok: 0, starting: 0, degraded: 0, offline: 0, paused: 0 };
  for (const row of rows) counts[row.health] += 1;
  return counts;
}

/** The worst first; text columns go by this number with the name behind it. */
export const needRank = (device: DeviceView): number => HEALTH_RANK[device.health];
