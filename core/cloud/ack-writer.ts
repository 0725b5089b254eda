import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Spool } from '../store/spool.ts';

/** More than this many removals waiting for the disk holds the sender up: they would all be sent again after a crash. */
const MOST_WAITING = 4096;

export interface AckWriter {
  /** The entry is done with; it is removed from the spool soon, together with others. */
  add(id: number): void;
  /** Too many removals wait: nothing more should be sent until `room` is called. */
  readonly full: boolean;
  /** Nothing waits to be removed. */
  readonly idle: boolean;
  /** Resolves when all that was added before is removed, or rejects with the signal's reason. */
  settled(signal: AbortSignal): Promise<void>;
  /** Tries once more to remove what waits; never rejects. */
  stop(): Promise<void>;
}

export interface AckWriterDeps {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  /** Removals are on disk. */
  room(): void;
}

/** Removes acknowledged entries in as few commits as the disk allows: one at a time, with all that came in meanwhile. */
export function createAckWriter(deps: AckWriterDeps, retryMs: number): AckWriter {
  const life = new AbortController();
  let waiting: number[] = [];
  let writing: Promise<void> | null = null;
  let added = 0;
  let removed = 0;
  let watchers: { readonly target: number; readonly resolve: () => void }[] = [];

  async function write(): Promise<void> {
    while (waiting.length > 0 && !life.signal.aborted) {
      const ids = waiting;
      waiting = [];
      try {
        await deps.spool.ack(ids);
        removed += ids.length;
        for (const { target, resolve } of watchers) if (removed >= target) resolve();
        watchers = watchers.filter(({ target }) => removed < target);
        deps.room();
      } catch (cause) {
        waiting = [...ids, ...waiting];
        deps.log.warn('uplink.ack-not-stored', { count: waiting.length, cause });
        await deps.clock.sleep(retryMs, life.signal).catch(() => {});
      }
    }
  }
  function begin(): void {
    if (writing !== null || waiting.length === 0) return;
    // In the next microtask: acknowledgements arrive many to a chunk.
    writing = Promise.resolve()
      .then(write)
      .finally(() => {
        writing = null;
        if (!life.signal.aborted) begin();
      });
  }
  return {
    add(id) {
      waiting.push(id);
      added += 1;
      begin();
    },
    get full() {
      return waiting.length > MOST_WAITING;
    },
    get idle() {
      return removed === added;
    },
    settled(signal) {
      if (removed === added) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const gone = (): void => reject(signal.reason);
        if (signal.aborted) return gone();
        signal.addEventListener('abort', gone, { once: true });
        watchers.push({
          target: added,
          resolve() {
            signal.removeEventListener('abort', gone);
            resolve();
          },
        });
      });
    },
    async stop() {
      life.abort();
      await writing;
      if (waiting.length === 0) return;
      const ids = waiting;
      waiting = [];
      await deps.spool.ack(ids).catch((cause: unknown) => deps.log.warn('uplink.ack-not-stored', { count: ids.length, cause }));
    },
  };
}
