import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';

/** systemd-timesyncd and chrony's wait service leave this file when the clock is synchronised. */
const MARKS = ['/run/systemd/timesync/synchronized', '/run/chrony/synchronized'];
/** A program is started at most so often, and seldom where none could tell. */
const ASK_EVERY_MS = 60_000;
const ASK_IN_VAIN_MS = 600_000;
const PROGRAM_MS = 3000;

/** Asks the programs of this system; null where none of them can tell. */
export type AskSystem = () => Promise<boolean | null>;

/** Whether the system keeps the wall clock synchronised. */
export interface SystemSync {
  /** As last seen; null: cannot be told. Does not wait. */
  synced(): boolean | null;
  /** Looks again where it is time to. Never rejects. */
  refresh(): Promise<void>;
  /** The wall clock was set: what was seen before says nothing about the new time. */
  forget(): void;
}

function run(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROGRAM_MS, encoding: 'utf8', windowsHide: true }, (error, out) =>
      resolve(error ? null : out),
    );
  });
}

/** The kernel's own word, by `timedatectl`; else chrony's. Windows and macOS cannot be asked without rights or code of their own. */
export const askSystem: AskSystem = async () => {
  if (process.platform !== 'linux') return null;
  const kernel = (await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value']))?.trim();
  if (kernel === 'yes' || kernel === 'no') return kernel === 'yes';
  const chrony = await run('chronyc', ['-n', 'tracking']);
  const leap = chrony === null ? undefined : /^Leap status\s*:\s*(.+)$/m.exec(chrony)?.[1]?.trim();
  return leap === undefined ? null : leap !== 'Not synchronised';
};

const ageOfMark = (path: string): number | null => {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
};

/**
 * `ask` starts a program, so it runs once a minute at most; the marker files are looked at every time. A program's answer counts
 * more: the kernel gives up the synchronised state when its server has been gone for hours, the files stay.
 */
export function createSystemSync(
  clock: Clock,
  ask: AskSystem = askSystem,
  markTime: (path: string) => number | null = ageOfMark,
): SystemSync {
  let program: boolean | null = null;
  let nextAskAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  let era = 0;
  /** The marks' times when they were last looked at, and those that were made before the clock was set. */
  let seen: readonly (number | null)[] = MARKS.map(() => null);
  let outdated: readonly (number | null)[] = seen;

  async function askNow(): Promise<void> {
    const mine = era;
    const answer = await ask().catch(() => null);
    nextAskAt = clock.monotonic() + (answer === null ? ASK_IN_VAIN_MS : ASK_EVERY_MS);
    // The clock was set while the program ran: nobody knows which time it spoke of.
    if (mine === era) program = answer;
  }
  return {
    synced() {
      seen = MARKS.map(markTime);
      const marked = seen.some((at, i) => at !== null && at !== outdated[i]);
      return program ?? (marked ? true : null);
    },
    refresh() {
      if (asking) return asking;
      if (clock.monotonic() < nextAskAt) return Promise.resolve();
      asking = askNow().finally(() => {
        asking = null;
      });
      return asking;
    },
    forget() {
      era += 1;
      program = null;
      // As they were before the clock was set: a mark that came with the new time is good.
      outdated = seen;
    },
  };
}
