import type { Stats } from 'node:fs';
import { lstat, mkdir, opendir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { describe } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

const MB = 1024 * 1024;
const BLOCK_BYTES = 512;
/** An entry without content takes room too; so a heap of empty files is not free. */
const ENTRY_BYTES = 4096;
const LOOK_MS = 1000;
/** Looking at many files takes its time: it may take a tenth of it all, not more. */
const REST_FACTOR = 10;

export interface ScratchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** It holds more than allowed: end the instances. It is emptied then. */
  onFull(bytes: number): void;
}
export interface ScratchOptions {
  /** Folder of all scratch spaces. */
  readonly root: string;
  readonly name: string;
  /** Name of its folder. Each run of a version has its own: the former one may still be at work when the next begins. */
  readonly version: string;
  readonly limitMb: number;
}

/** Scratch space of one version of a function, shared by its instances. It lasts as long as the version runs. */
export interface Scratch {
  readonly directory: string;
  /** What it held when it was looked at last: each second, or more rarely where there are many files. */
  readonly bytes: number;
  /** Makes it, empty, and begins to look. Rejects where the disk refuses. */
  start(): Promise<void>;
  /** Removes it. Never rejects. */
  stop(): Promise<void>;
}

export function createScratch(deps: ScratchDeps, { root, name, version, limitMb }: ScratchOptions): Scratch {
  const { clock, log } = deps;
  const home = join(root, name);
  const directory = join(home, version);
  const limit = limitMb * MB;
  let bytes = 0;
  let removed = 0;
  let cancel: (() => void) | undefined;
  let stopped = false;

  /** Puts an empty folder in its place at once, and then removes the old one: what is being written meanwhile goes with it. */
  async function swap(): Promise<void> {
    removed += 1;
    const old = join(home, `${version}.gone-${removed}`);
    await rename(directory, old);
    await mkdir(directory, { recursive: true });
    await rm(old, { recursive: true, force: true });
  }
  async function look(): Promise<void> {
    const began = clock.monotonic();
    try {
      bytes = await heldBytes(directory, limit);
      if (bytes > limit && !stopped) {
        deps.onFull(bytes);
        await swap();
        bytes = 0;
      }
    } catch (cause) {
      log.warn('function.scratch-failed', { message: `the scratch space cannot be looked at: ${describe(cause)}` });
    }
    lookAfter(Math.max(LOOK_MS, (clock.monotonic() - began) * REST_FACTOR));
  }
  function lookAfter(ms: number): void {
    if (!stopped) cancel = clock.after(ms, () => void look()); // never rejects
  }
  return {
    directory,
    get bytes() {
      return bytes;
    },
    async start() {
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true, mode: 0o700 });
      lookAfter(LOOK_MS);
    },
    async stop() {
      stopped = true;
      cancel?.();
      try {
        await rm(directory, { recursive: true, force: true });
      } catch (cause) {
        log.warn('function.scratch-failed', { message: `the scratch space cannot be removed: ${describe(cause)}` });
      }
    },
  };
}

const takenBy = (stat: Stats): number => ENTRY_BYTES + (stat.blocks === undefined ? stat.size : stat.blocks * BLOCK_BYTES);

/** Bytes below a folder as the disk counts them; links are not followed. Ends early once it is over `enough`. */
async function heldBytes(folder: string, enough: number): Promise<number> {
  let sum = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && sum <= enough; next = folders.pop()) {
    for await (const entry of await opendir(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const stat = await lstat(path).catch(() => undefined); // it is gone again
      sum += stat ? takenBy(stat) : 0;
      if (sum > enough) break;
    }
  }
  return sum;
}
