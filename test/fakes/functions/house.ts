import type { InvokeRequest } from '../../../core/functions/invocation.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { type CarrierDouble, createCarrierDouble, type Deed, type DoubleOptions } from './carrier-double.ts';
import { createRig, type FunctionRig, type RigOptions } from './rig.ts';

/** A function on instances without threads, by the clock of the test. */
export interface House {
  readonly clock: ManualClock;
  readonly double: CarrierDouble;
  readonly rig: FunctionRig;
  send(...deeds: readonly (Deed & { readonly topic?: string })[]): void;
  runs(): readonly number[];
}
const rigs: [FunctionRig, ManualClock][] = [];
/** Started, unless it cannot be. */
export async function house(
  config: Record<string, unknown> = {},
  options: DoubleOptions = {},
  more: Partial<RigOptions> & { readonly at?: ManualClock } = {},
): Promise<House> {
  const clock = more.at ?? createManualClock();
  const double = createCarrierDouble(clock, options);
  const rig = await createRig({ clock, carriers: { thread: double.start, process: undefined }, config, ...more });
  rigs.push([rig, clock]);
  const starting = rig.start();
  await clock.advance(1000);
  await starting;
  return {
    clock,
    double,
    rig,
    send(...deeds) {
      for (const { topic, ...deed } of deeds) rig.send(deed, topic === undefined ? {} : { topic })?.catch(() => {});
    },
    runs: () => double.runs.map(({ n }) => n),
  };
}
/** Ends all that were made. */
export async function closeHouses(): Promise<void> {
  for (const [rig, clock] of rigs.splice(0)) {
    const stopped = rig.stop();
    await clock.advance(60_000);
    await stopped;
  }
}
export const request = (deed: Deed, more: Partial<InvokeRequest> = {}): InvokeRequest => ({
  payload: Buffer.from(JSON.stringify(deed)),
  by: { kind: 'console', id: '' },
  subject: 'test/event',
  hops: 0,
  observe: false,
  ...more,
});
export const life = new AbortController().signal;
export const slow = (n: number, ms = 100): Deed => ({ n, ms });
