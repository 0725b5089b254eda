import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { bundled } from '../../bench/peers.ts';
import { startGuest } from './guest.ts';
import { keptNumbers } from './kept.ts';
import { type Kernel, prepareKernel } from './kernel.ts';

export interface PowerOptions {
  readonly cuts: number;
  readonly seed: number;
  readonly note: (text: string) => void;
}

export interface Cut {
  readonly number: number;
  /** Acknowledged in this run of the machine, up to the cut. */
  readonly acknowledged: number;
  /** Of all that was ever acknowledged: not on the disk. */
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly kept: number;
  /** From the start of the machine to the first acknowledgement. */
  readonly readyMs: number;
  readonly integrity: string;
}

export interface PowerFindings {
  readonly cuts: readonly Cut[];
  /** SQLite with NORMAL under the same kind of cut: what loses nothing here would prove nothing above. */
  readonly control: { readonly acknowledged: number; readonly lost: number };
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLIENTS = 4;
/** Numbers of one run of the machine; far more than it can publish. */
const PER_CUT = 1_000_000;
const FIRST = 100_000_000;
const BOOT_MS = 180_000;
const STARTS_MAX = 4;
const DOCUMENT = `schema: gatehouse/1
name: power
subscriptions:
  - { id: up, source: local, subject: power/#, target: cloud, queue: { size: 10000, whenFull: block-source } }
`;

/** A small generator of random numbers with a seed (mulberry32): the same seed cuts at the same moments. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const mountScript = `
modprobe -a virtio_blk ext4
mkdir -p /gw; mount -t ext4 /dev/vda /gw || { echo NOMOUNT; sleep 5; exit; }
export HOME=/gw PATH=${join(ROOT, 'node_modules/.bin')}:$PATH
`;
const controlScript = `${mountScript}
node ${join(ROOT, 'test/faults/power/control.ts')} /gw/control.db
`;
const guestScript = (cli: string, document: string, first: number): string => `${mountScript}
ip link set lo up
node ${cli} start --headless --no-demo --data /gw/data --document ${document} --port 0 --mqtt-port 1883 > /gw/gateway.log 2>&1 &
node ${join(ROOT, 'test/faults/power/load.ts')} 1883 ${first}
`;

/** Mounts the disk that was cut, as the next start of the machine would, and copies the data directory. */
function recovered(image: string, folder: string, name: string): string {
  const mount = join(folder, 'mnt');
  const copy = join(folder, 'copy');
  mkdirSync(mount, { recursive: true });
  rmSync(copy, { recursive: true, force: true });
  execFileSync('mount', ['-o', 'loop', image, mount]);
  try {
    mkdirSync(copy);
    for (const file of readdirSync(mount)) {
      if (!file.startsWith(name)) continue;
      cpSync(join(mount, file), join(copy, file), { recursive: true, filter: (from) => !from.endsWith('.sock') });
    }
  } finally {
    execFileSync('umount', [mount]);
  }
  return copy;
}

interface Run {
  /** Client to the highest number that was printed as acknowledged. */
  readonly acknowledged: ReadonlyMap<number, number>;
  readonly readyMs: number;
}

/** Starts the machine, waits for the first acknowledgement, then `ms` more, and pulls the plug. */
async function runAndCut(kernel: Kernel, script: string, image: string, ms: number): Promise<Run> {
  const began = performance.now();
  const acknowledged = new Map<number, number>();
  const said: string[] = [];
  const first = Promise.withResolvers<number>();
  const guest = startGuest(kernel, script, image, (line) => {
    said.push(line);
    const found = /^ACK (\d+) (\d+)$/.exec(line);
    if (!found) return;
    acknowledged.set(Number(found[1]), Number(found[2]));
    first.resolve(performance.now() - began);
  });
  const giveUp = new AbortController();
  try {
    const late = sleep(BOOT_MS, null, { signal: giveUp.signal });
    const readyMs = await Promise.race([first.promise, late, guest.ended.then(() => null)]);
    if (readyMs === null) throw new Error(`the guest takes no messages:\n${said.slice(-40).join('\n')}`);
    await sleep(ms);
    return { acknowledged, readyMs };
  } finally {
    giveUp.abort();
    await guest.cut();
  }
}

/** An emulator that ended before anything was acknowledged has shown nothing: it is started again, a few times. */
async function untilReady(run: () => Promise<Run>, note: (text: string) => void): Promise<Run> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (cause) {
      if (tries === STARTS_MAX) throw cause;
      note(`the machine did not get ready and is started again: ${String(cause)}`);
    }
  }
}

/** How many acknowledged rows SQLite with NORMAL loses in the same kind of cut. */
async function controlCut(kernel: Kernel, folder: string, image: string): Promise<{ acknowledged: number; lost: number }> {
  const script = join(folder, 'control.sh');
  writeFileSync(script, controlScript);
  const run = await runAndCut(kernel, script, image, 4000);
  const acknowledged = run.acknowledged.get(0) ?? 0;
  const db = new Database(join(recovered(image, folder, 'control.db'), 'control.db'));
  // the table itself may be among what is lost
  const made = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'kept'").pluck().get() === 1;
  const kept = made ? Number(db.prepare('SELECT count(*) FROM kept WHERE n <= ?').pluck().get(acknowledged)) : 0;
  db.close();
  return { acknowledged, lost: acknowledged - kept };
}

/**
 * Cuts the power of an emulated machine on which the gateway takes messages, again and again on the same disk, and looks after each
 * cut whether everything that was acknowledged since the beginning is there, once and in order. Needs root, Debian and QEMU.
 */
export async function powerCuts({ cuts, seed, note }: PowerOptions): Promise<PowerFindings> {
  const random = randomOf(seed);
  const kernel = prepareKernel(join(ROOT, '.cache/power'));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-power-'));
  const image = join(folder, 'disk.img');
  const script = join(folder, 'guest.sh');
  const document = join(folder, 'site.yaml');
  const cli = bundled();
  writeFileSync(document, DOCUMENT);
  execFileSync('truncate', ['-s', '1G', image]);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  /** For each client and run of the machine, the first number and the last that was acknowledged. */
  const promised: { client: number; first: number; last: number }[] = [];
  const results: Cut[] = [];
  try {
    for (let number = 1; number <= cuts; number += 1) {
      const first = FIRST + number * PER_CUT;
      writeFileSync(script, guestScript(cli, document, first));
      const { acknowledged, readyMs } = await untilReady(() => runAndCut(kernel, script, image, 1000 + random() * 5000), note);
      for (const [client, last] of acknowledged) promised.push({ client, first, last });
      const copy = recovered(image, folder, 'data');
      const kept = keptNumbers(join(copy, 'data'), CLIENTS);
      let lost = 0;
      for (const one of promised) {
        const numbers = kept.numbers[one.client];
        for (let n = one.first; n <= one.last; n += 1) if (!numbers?.has(n)) lost += 1;
      }
      const count = [...acknowledged.values()].reduce((sum, last) => sum + last - first + 1, 0);
      const { duplicates, outOfOrder, integrity } = kept;
      results.push({ number, acknowledged: count, lost, duplicates, outOfOrder, kept: kept.count, readyMs, integrity });
      note(`cut ${number} of ${cuts}: ${count} acknowledged, ${kept.count} on the disk, ${lost} lost, ${integrity}`);
    }
    const control = await controlCut(kernel, folder, image);
    note(`control, SQLite with NORMAL: ${control.acknowledged} acknowledged, ${control.lost} lost`);
    return { cuts: results, control };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The report in Markdown. */
export function powerReport({ cuts: results, control }: PowerFindings, seed: number): string {
  const sum = (of: (one: Cut) => number): number => results.reduce((total, one) => total + of(one), 0);
  const rows = results.map(
    (one) =>
      `| ${one.number} | ${one.acknowledged} | ${one.kept} | ${one.lost} | ${one.duplicates} | ${one.outOfOrder} | ${one.integrity} | ${(one.readyMs / 1000).toFixed(1)} |`,
  );
  return [
    `# Power cuts: ${results.length}, seed ${seed}`,
    '',
    `${sum((one) => one.acknowledged)} messages acknowledged, ${results.at(-1)?.lost ?? 0} of them lost.`,
    '',
    '| cut | acknowledged in this run | on the disk in all | lost | duplicates | out of order | integrity | s from boot to first acknowledgement |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `Control, SQLite alone with synchronous=NORMAL in the same machine: ${control.lost} of ${control.acknowledged} acknowledged rows lost.`,
    '',
  ].join('\n');
}
