import type { AdapterContext } from '../../../core/adapters/adapter.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { Device, type DeviceConfig } from '../../../core/contract/document/devices.ts';
import type { RawFrame, ReadingBatch } from '../../../core/contract/reading.ts';
import { createFakeLinks, type FakeLinks } from '../../fakes/fake-byte-link.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';
import { noField } from '../../fakes/no-field.ts';

export interface Harness {
  readonly clock: ManualClock;
  readonly links: FakeLinks;
  readonly context: AdapterContext;
  readonly batches: ReadingBatch[];
  readonly frames: RawFrame[];
  readonly faults: string[];
  /** The values of the newest batch by point; null where bad. */
  last(): Record<string, unknown>;
}

/** An adapter's surroundings with time that stands still and a fake port. */
export function createHarness(): Harness {
  const clock = createManualClock();
  const links = createFakeLinks();
  const batches: ReadingBatch[] = [];
  const frames: RawFrame[] = [];
  const faults: string[] = [];
  const context: AdapterContext = {
    clock,
    log: createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('test'),
    links,
    field: noField(),
    emit: (batch) => void batches.push(batch),
    frame: (frame) => void frames.push(frame),
    framesWanted: () => true,
    fault: (error) => void faults.push('code' in error ? String(error.code) : error.message),
    random: () => 0.5,
  };
  return {
    clock,
    links,
    context,
    batches,
    frames,
    faults,
    last: () => Object.fromEntries(batches.at(-1)?.readings.map(({ point, value }) => [point, value]) ?? []),
  };
}

/** A device as the deployment document gives it, with its defaults. */
export function device<A extends DeviceConfig['adapter']>(
  raw: { adapter: A } & Record<string, unknown>,
): DeviceConfig & { adapter: A } {
  const parsed = Device.parse({ id: 'dut', name: 'Device under test', ...raw });
  if (parsed.adapter !== raw.adapter) throw new Error('wrong adapter');
  return parsed as DeviceConfig & { adapter: A };
}

export const never = new AbortController().signal;
