import { GatewayError } from '../../../base/errors.ts';
import { createQueue } from '../../../base/queue.ts';

const MOST = 64;

/** One at a time, in the order of asking; who gives up while waiting is passed over. */
export interface Turns {
  /** Rejects with `adapter/busy` where too many wait, or the signal's reason; else as `work`. */
  take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export function createTurns(): Turns {
  const queue = createQueue<() => void>(MOST);
  let taken = false;

  function next(): void {
    const begin = queue.shift();
    if (begin) begin();
    else taken = false;
  }
  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false;
      const onAbort = (): void => {
        over = true;
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener('abort', onAbort);
        if (over) next();
        else resolve();
      };
      if (!queue.push(begin)) {
        return reject(new GatewayError('adapter/busy', `${MOST} Bluetooth connections wait already.`));
      }
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
  return {
    async take(signal, work) {
      signal.throwIfAborted();
      if (taken) await wait(signal);
      taken = true;
      try {
        return await work();
      } finally {
        next();
      }
    },
    get waiting() {
      return queue.size;
    },
  };
}
