import { GatewayError } from '../../base/errors.ts';

interface Waiting<T, R> {
  readonly item: T;
  readonly bytes: number;
  resolve(result: R): void;
  reject(cause: unknown): void;
}

export interface GroupingOptions<T> {
  /** Of one call. */
  readonly maxItems: number;
  /** Of all that waits, the call that is under way not counted. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  bytesOf(item: T): number;
}

/**
 * Groups single writes into calls, one at a time: what comes while one is under way goes with the next, so that a busy writer costs
 * one commit for many. Gives each write its own result. Rejects with `store/overloaded` when more waits than the options allow, and
 * with what `send` rejects with, then for the whole group.
 */
export function createGrouping<T, R>(
  send: (items: readonly T[]) => Promise<readonly R[]>,
  options: GroupingOptions<T>,
): { put(item: T): Promise<R>; settle(): Promise<void> } {
  const waiting: Waiting<T, R>[] = [];
  let waitingBytes = 0;
  let sending: Promise<void> | null = null;
  async function sendOne(): Promise<void> {
    const group = waiting.splice(0, options.maxItems);
    for (const one of group) waitingBytes -= one.bytes;
    try {
      const results = await send(group.map(({ item }) => item));
      for (const [index, one] of group.entries()) {
        const result = results[index];
        if (result === undefined) one.reject(new GatewayError('store/failed', 'The database gave no answer for a write.'));
        else one.resolve(result);
      }
    } catch (cause) {
      for (const one of group) one.reject(cause);
    }
  }
  async function sendAll(): Promise<void> {
    while (waiting.length > 0) await sendOne();
    sending = null;
  }
  return {
    put(item) {
      const bytes = options.bytesOf(item);
      if (waiting.length >= options.maxWaiting || waitingBytes + bytes > options.maxWaitingBytes) {
        return Promise.reject(
          new GatewayError('store/overloaded', `${waiting.length} writes of functions wait for the disk already.`),
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ item, bytes, resolve, reject });
        waitingBytes += bytes;
        sending ??= sendAll();
      });
    },
    settle: () => sending ?? Promise.resolve(),
  };
}
