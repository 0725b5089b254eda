import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Phase, Step } from './plan.ts';
import { BURST_RATE, flowing, pause, RATE, type Rig, recovered, within } from './rig.ts';

type Kill = Extract<Step, { kind: 'kill' }>;

/** A moment that does not come in this time is not waited for: the kill is then one by chance, and is counted so. */
const MOMENT_MS = 2500;

/** Resolves at the `nth` write to a file of the store whose name fits. */
export function written(data: string, name: RegExp, nth: number): { came: Promise<void>; cancel(): void } {
  const found = Promise.withResolvers<void>();
  let left = nth;
  const watcher = watch(join(data, 'store'), (_event, file) => {
    if (file === null || !name.test(file)) return;
    left -= 1;
    if (left <= 0) found.resolve();
  });
  watcher.on('error', () => {});
  return { came: found.promise, cancel: () => watcher.close() };
}

async function onWrite(rig: Rig, name: RegExp, nth: number): Promise<boolean> {
  const moment = written(rig.data, name, nth);
  try {
    return await within(moment.came, MOMENT_MS);
  } finally {
    moment.cancel();
  }
}

/** A backlog, and a gateway that is killed while it has one; resolves while it drains, in the next life. */
async function drain(rig: Rig, nth: number): Promise<boolean> {
  rig.proxy.setMode('refuse');
  rig.proxy.resetAll();
  rig.generator.setRate(BURST_RATE);
  const grown = await within(rig.generator.next('acknowledged', nth * 10), MOMENT_MS);
  rig.generator.setRate(RATE);
  await rig.power.kill('offline with a backlog');
  rig.proxy.setMode('pass');
  await rig.power.up();
  return (await within(rig.farEnd.next(nth * 4), MOMENT_MS)) && grown;
}

async function checkpoint(rig: Rig): Promise<boolean> {
  rig.generator.setRate(BURST_RATE);
  const came = await onWrite(rig, /^spool[^-]*\.db$/, 1);
  rig.generator.setRate(RATE);
  return came;
}

/** Each resolves at its moment: true where it came. */
const MOMENTS: Readonly<Record<Phase, (rig: Rig, step: Kill) => Promise<boolean>>> = {
  accept: (rig, { nth }) => within(rig.generator.next('offered', nth), MOMENT_MS),
  commit: (rig, { nth }) => onWrite(rig, /^spool[^-]*\.db-wal$/, nth),
  acknowledge: (rig, { nth }) => within(rig.generator.next('acknowledged', nth), MOMENT_MS),
  removal: (rig, { nth }) => within(rig.farEnd.next(nth), MOMENT_MS),
  drain: (rig, { nth }) => drain(rig, nth),
  checkpoint,
  async start(rig) {
    await rig.power.kill('before a start');
    rig.power.begin();
    return true;
  },
  async chance(_rig, { nth }) {
    await pause(nth * 20);
    return true;
  },
};

/** Kills the gateway at the step's moment, starts it again, and waits until it works. */
export async function injectKill(rig: Rig, step: Kill): Promise<void> {
  const came = await MOMENTS[step.how](rig, step);
  if (step.how === 'start') await pause(step.nth * 8);
  else if (step.delayMs > 0) await pause(step.delayMs);
  await rig.power.kill(came ? step.how : `chance (no ${step.how} came)`);
  await rig.power.up();
  await recovered(rig, `kill ${step.how}`);
  if (step.how === 'drain') await flowing(rig, 'kill drain');
}
