import type { Stats } from 'node:fs';
import { lstat, mkdir, opendir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { describe } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { removeTree } from './remove-tree.ts';

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
    await removeTree(old);
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
      await removeTree(directory);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      lookAfter(LOOK_MS);
    },
    async stop() {
      stopped = true;
      cancel?.();
      try {
        await removeTree(directory);
      } catch (cause) {
        log.warn('function.scratch-failed', { message: `the scratch space cannot be removed: ${describe(cause)}` });
      }
    },
  };
}

const takenBy = (stat: Stats): number => ENTRY_BYTES + (stat.blocks === undefined ? stat.size : stat.blocks * BLOCK_BYTES);

const isGone = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

/**
 * Bytes below a folder as the disk counts them; links are not followed. Ends early once it is over `enough`. A folder below that cannot
 * be looked into (its path too long, its owner's rights taken away) counts as too much: what lies there is not known.
 */
async function heldBytes(folder: string, enough: number): Promise<number> {
  let sum = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && sum <= enough; next = folders.pop()) {
    const entries = await opendir(next).catch((cause: unknown) => {
      if (next === folder) throw cause;
      if (!isGone(cause)) sum = Math.max(sum, enough) + ENTRY_BYTES;
    });
    if (!entries) continue;
    for await (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const stat = await lstat(path).catch(() => undefined); // it is gone again
      sum += stat ? takenBy(stat) : 0;
      if (sum > enough) break;
    }
  }
  return sum;
}
