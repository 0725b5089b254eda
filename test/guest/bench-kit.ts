import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../core/contract/client.ts';
import type { ToolView } from '../../core/contract/field-views.ts';
import type { DeviceView } from '../../core/contract/views.ts';
import type { World } from './control.ts';
import { type Kept, keep, type RunningGateway } from './gateway-run.ts';
import type { ADAPTERS } from './site.ts';

export type AdapterName = keyof typeof ADAPTERS;

/** What every scene has. */
export interface Kit {
  readonly world: World;
  readonly gateway: RunningGateway;
  readonly cycles: number;
  /** Notes whether something is as it should be, with what was measured. */
  check(what: string, held: boolean, detail?: string): void;
  plug(name: AdapterName, socket?: number, serial?: string): Promise<void>;
  unplug(name: AdapterName): Promise<void>;
}

export type Scene = (kit: Kit) => Promise<void>;

/** What the issue promises. */
export const SEEN_MS = 2000;

/** Smallest, median and greatest of some times. */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b).map(Math.round);
  return `${sorted[0]} / ${sorted[Math.floor(sorted.length / 2)]} / ${sorted.at(-1)} ms (least, median, most of ${sorted.length})`;
}

export const goodValue = (device: DeviceView, point = 'n'): number | null => {
  const found = device.points.find(({ name }) => name === point);
  return found?.quality === 'good' && typeof found.value === 'number' ? found.value : null;
};

/** Until a device gives a value that is greater than the one before. */
export function untilValue({ gateway }: Kit, id: string, above: number, limitMs?: number): Promise<number> {
  const fresh = (rows: readonly DeviceView[]): boolean =>
    rows.some((row) => row.id === id && row.health === 'ok' && (goodValue(row) ?? 0) > above);
  return gateway.devices.until(`a value of ${id} above ${above}`, fresh, limitMs);
}

/** The newest value of a device, whether fresh or not. */
export function lastOf({ gateway }: Kit, id: string): number {
  const value = gateway.device(id).points.find(({ name }) => name === 'n')?.value;
  return typeof value === 'number' ? value : 0;
}

export const untilOffline = ({ gateway }: Kit, id: string): Promise<number> =>
  gateway.devices.until(`${id} is offline`, (rows) => rows.some((row) => row.id === id && row.health === 'offline'));

/** Until the port with this serial number, or in this socket, is there or gone. */
export const untilPort = ({ gateway }: Kit, serial: string, present: boolean): Promise<number> =>
  gateway.ports.until(`port ${serial} ${present ? 'is there' : 'is gone'}`, (rows) =>
    rows.some((row) => row.serialNumber === serial && row.present === present),
  );

/** When the kernel has made the device file of this adapter, or removed it: what comes before is the emulator's time, not the gateway's. */
export async function untilFile(serial: string, present: boolean): Promise<number> {
  for (;;) {
    if (serialNumbers().includes(serial) === present) return performance.now();
    await sleep(5);
  }
}

function serialNumbers(): string[] {
  return readdirSync('/dev')
    .filter((name) => name.startsWith('ttyUSB'))
    .map((name) => {
      try {
        return readFileSync(`/sys/class/tty/${name}/device/../../serial`, 'utf8').trim();
      } catch {
        return ''; // gone meanwhile, or it has none
      }
    });
}

export const keepTools = (client: ApiClient): Kept<ToolView> => keep(client, 'tools', {});

export { sleep };
