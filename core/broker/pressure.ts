import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';

/** What one client may owe before its source is asked to wait, and what it may owe at most. */
const HIGH_BYTES = 256 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
/** How long the others wait for one client that falls behind; after that it is on its own. */
const PATIENCE_MS = 100;

export interface Pressure {
  /** `ok`, or `full` when this client may not be given any more. */
  check(line: Duplex): 'ok' | 'full';
  /** True while a client is behind and still worth waiting for. */
  readonly active: boolean;
  /** Resolves when the clients have caught up, at the latest after a moment. */
  relief(): Promise<void>;
}

/**
 * Slows the sources down to what the clients can take, without letting one client that does not read hold up the others: it is
 * waited for once and briefly, and again only after it has caught up.
 */
export function createPressure(clock: Clock): Pressure {
  const behind = new Set<Duplex>();
  /** Clients that were waited for in vain. */
  const given = new WeakSet<Duplex>();
  let waiters: (() => void)[] = [];
  let cancel: (() => void) | null = null;
  function release(): void {
    cancel?.();
    cancel = null;
    const now = waiters;
    waiters = [];
    for (const resume of now) resume();
  }
  function caughtUp(line: Duplex): void {
    given.delete(line);
    if (behind.delete(line) && behind.size === 0) release();
  }
  function giveUp(): void {
    cancel = null;
    for (const line of behind) given.add(line);
    behind.clear();
    release();
  }
  return {
    check(line) {
      const owed = line.writableLength;
      if (owed < HIGH_BYTES) return 'ok';
      if (!behind.has(line) && !given.has(line)) {
        behind.add(line);
        line.once('drain', () => caughtUp(line));
        line.once('close', () => caughtUp(line));
        cancel ??= clock.after(PATIENCE_MS, giveUp);
      }
      return owed < MOST_BYTES ? 'ok' : 'full';
    },
    get active() {
      return behind.size > 0;
    },
    relief: () => (behind.size === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
