import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Spool } from '../store/spool.ts';

/** More than this many removals waiting for the disk holds the sender up: they would all be sent again after a crash. */
const MOST_WAITING = 4096;

export interface AckWriter {
  /** The entry is done with; it is removed from the spool soon, together with others. */
  add(id: number): void;
  /** Resolves when few enough removals wait. */
  room(): Promise<void>;
  /** Resolves when all that was added is removed, or rejects with the signal's reason. */
  settled(signal: AbortSignal): Promise<void>;
  /** Tries once more to remove what waits; never rejects. */
  stop(): Promise<void>;
}

/** Removes acknowledged entries in as few commits as the disk allows: one at a time, with all that came in meanwhile. */
export function createAckWriter(deps: { spool: Spool; clock: Clock; log: Logger }, retryMs: number): AckWriter {
  const life = new AbortController();
  let waiting: number[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (waiting.length > 0 && !life.signal.aborted) {
      const ids = waiting;
      waiting = [];
      try {
        await deps.spool.ack(ids);
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
      begin();
    },
    async room() {
      while (waiting.length > MOST_WAITING && writing) await writing;
    },
    async settled(signal) {
      while (writing) {
        signal.throwIfAborted();
        await writing;
      }
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
