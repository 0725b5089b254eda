import type { FaultProxy } from '../../fakes/fault-proxy.ts';
import type { OwnFarEnd } from './far-end.ts';
import type { Generator } from './generator.ts';
import type { MosquittoFarEnd } from './mosquitto-end.ts';
import type { Power } from './power.ts';
import type { FindingKind } from './verdict.ts';

/** A site under test, as the injectors of faults see it. */
export interface Rig {
  readonly power: Power;
  readonly generator: Generator;
  readonly proxy: FaultProxy;
  readonly farEnd: OwnFarEnd | MosquittoFarEnd;
  /** The gateway's data directory. */
  readonly data: string;
  /** The mounted small disk. */
  readonly disk: string | null;
  /** The file that libfaketime reads. */
  readonly clockFile: string | null;
  note(kind: FindingKind, text: string): void;
}

/** Messages a second: on an ordinary day, and when a backlog is wanted. */
export const RATE = 150;
export const BURST_RATE = 1500;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True when `event` comes within so long. */
export async function within(event: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const came = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return came;
}

export async function until(test: () => boolean | Promise<boolean>, limitMs: number, everyMs = 50): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await pause(everyMs)) if (await test()) return true;
  return test();
}

/** Longer than any outage of the harness: who is silent for so long is stuck. */
const PATIENCE_MS = 30_000;

/** After a fault: clients are acknowledged again. */
export async function recovered(rig: Rig, after: string): Promise<void> {
  if (await within(rig.generator.next('acknowledged', 3), PATIENCE_MS)) return;
  rig.note('gateway', `nothing was acknowledged for ${PATIENCE_MS / 1000} s after: ${after}`);
}

/** After a fault of the line: messages arrive again. */
export async function flowing(rig: Rig, after: string): Promise<void> {
  if (await within(rig.farEnd.next(3), PATIENCE_MS)) return;
  rig.note('gateway', `nothing arrived at the far end for ${PATIENCE_MS / 1000} s after: ${after}`);
}
