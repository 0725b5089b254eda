import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { failCalls, READ_ONLY } from './calls.ts';
import { needsStrace, type Step } from './plan.ts';
import { BURST_RATE, pause, RATE, type Rig, recovered, within } from './rig.ts';

const DISK_MB = 64;

/** Why the data directory cannot be put on a small disk here, or null. */
export function whyNoDisk(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'mounting needs root';
  const tried = spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $d && umount $d && rmdir $d']);
  return tried.status === 0 ? null : 'this machine does not allow to mount';
}

/** Mounts a small disk in memory on a folder that is there. */
export const mountDisk = (at: string): void => void execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', at]);
export const unmountDisk = (at: string): void => void spawnSync('umount', ['-l', at]);

/** The library that bends the wall clock of a program, or null. */
export function faketimeLibrary(): string | null {
  if (process.platform !== 'linux') return null;
  const folders = ['/usr/lib', '/usr/local/lib'].filter(existsSync);
  const places = folders.flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))]);
  return places.map((place) => join(place, 'faketime/libfaketime.so.1')).find(existsSync) ?? null;
}

/** The monotonic clock stays right, as it does when a real clock is set. */
export const faketimeEnv = (library: string, file: string): Record<string, string> => ({
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});

/** Moves the clock of who reads `file` to so many seconds from the true time. */
export function setClock(file: string, seconds: number): void {
  writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  renameSync(`${file}.new`, file);
}

/** Jumps there and, after a while, back or on: the next jump begins where this one ended. */
export async function injectClock(rig: Rig, step: Extract<Step, { kind: 'clock' }>): Promise<void> {
  if (rig.clockFile === null) return;
  setClock(rig.clockFile, step.how === 'forward' ? step.seconds : -step.seconds);
  await pause(step.holdMs);
  await recovered(rig, `clock ${step.how} by ${step.seconds} s`);
}

/** Takes all room there is but so much. */
function fill(file: string, roomBytes: number): void {
  const handle = openSync(file, 'w');
  try {
    for (const size of [1_048_576, 65_536, 4096]) {
      const block = new Uint8Array(size);
      try {
        while (true) writeSync(handle, block);
      } catch {
        // full for blocks of this size
      }
    }
    ftruncateSync(handle, Math.max(0, fstatSync(handle).size - roomBytes));
  } finally {
    closeSync(handle);
  }
}

const READ_ONLY_MS = 3000;

/** The gateway must either say so and end, or live with it; the clients must not be told that anything was kept. */
async function readOnly(rig: Rig, disk: string): Promise<void> {
  await rig.power.kill('before a read-only disk');
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const life = rig.power.begin(true);
  await within(life.ready, READ_ONLY_MS);
  await life.kill();
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  await rig.power.up();
}

/** Calls of the gateway fail while it runs; it must live, keep what it acknowledged, and work again by itself. */
async function callsFail(rig: Rig, { how, calls, error, nth, holdMs }: Extract<Step, { kind: 'disk' }>): Promise<void> {
  const { pid } = rig.power;
  if (pid === null) return;
  rig.generator.setRate(BURST_RATE);
  const stop = await (how === 'call-fails' ? failCalls(pid, calls, error, nth) : failCalls(pid, READ_ONLY, 'EROFS', 1));
  await pause(holdMs);
  await stop();
  rig.generator.setRate(RATE);
}

export async function injectDisk(rig: Rig, step: Extract<Step, { kind: 'disk' }>): Promise<void> {
  const { disk } = rig;
  if (disk === null) return;
  if (step.how === 'read-only') await readOnly(rig, disk);
  else if (needsStrace(step)) await callsFail(rig, step);
  else {
    const filler = join(disk, 'filler');
    // A backlog that grows: else what is removed makes the room that is needed.
    rig.proxy.setMode('refuse');
    rig.proxy.resetAll();
    rig.generator.setRate(BURST_RATE);
    fill(filler, step.roomBytes);
    await pause(step.holdMs);
    if (step.how === 'full-and-killed') {
      await rig.power.kill('disk full');
      await rig.power.up();
      await pause(step.holdMs);
    }
    if (step.online) {
      // Still full: what waits can be sent and removed.
      rig.proxy.setMode('pass');
      await within(rig.farEnd.next(10), step.holdMs);
    }
    rmSync(filler, { force: true });
    rig.generator.setRate(RATE);
    rig.proxy.setMode('pass');
  }
  await recovered(rig, `disk ${step.how}`);
}
