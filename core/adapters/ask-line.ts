import { GatewayError } from '../base/errors.ts';
import type { ByteLink } from '../transports/byte-port.ts';
import type { AdapterContext } from './adapter.ts';

export interface Question<T> {
  readonly bytes: Uint8Array;
  /** For people: `SI`, `supported PIDs`. */
  readonly what: string;
  readonly timeoutMs: number;
  /**
   * Gets each chunk that comes after the question, and gives the answer when it is whole; a throw rejects the question with what was thrown.
   * Made anew for every question.
   */
  readonly take: (chunk: Uint8Array) => T | undefined;
}

/** A line on which one question is open at a time. */
export interface AskLine {
  /**
   * Asks when all questions before it are answered. Rejects with `adapter/timeout`, `adapter/bad-frame` where a flood of bytes holds no
   * answer, `adapter/busy` where 32 questions wait already, or `link/*`. After a question without an answer the line must be quiet before
   * the next one, so that a late answer is not taken for another's.
   */
  ask<T>(question: Question<T>, signal: AbortSignal): Promise<T>;
  /** Bytes that come while no question is open. One listener. */
  onStray(listener: (chunk: Uint8Array) => void): void;
  stop(): void;
}

const MAX_WAITING = 32;
const MAX_ANSWER = 8192;
/** A device that is late speaks without pauses as long as this. */
const QUIET_MS = 60;
const QUIET_TRIES = 20;

interface Open {
  hear(chunk: Uint8Array): void;
  fail(error: unknown): void;
}

export function createAskLine(id: string, port: ByteLink, context: AdapterContext): AskLine {
  const { clock } = context;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let open: Open | undefined;
  /** The last question got no answer: it may still come. */
  let owed = false;
  let heardSinceOwed = false;
  let stray = (_chunk: Uint8Array): void => {};

  const stopHearing = port.onData((chunk) => {
    if (open) return open.hear(chunk);
    if (!owed) return stray(chunk);
    heardSinceOwed = true;
    context.frame({ direction: 'in', bytes: chunk, decoded: 'a late answer, not used', faulty: true });
  });

  async function untilQuiet(signal: AbortSignal): Promise<void> {
    for (let tries = 0; owed && tries < QUIET_TRIES; tries += 1) {
      heardSinceOwed = false;
      await clock.sleep(QUIET_MS, signal);
      if (!heardSinceOwed) break;
    }
    owed = false;
  }

  function exchange<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      let bytes = 0;
      const onAbort = (): void => end(() => reject(signal.reason), true);
      const cancel = clock.after(question.timeoutMs, () => {
        const words = `${id}: no answer to ${question.what} within ${question.timeoutMs} ms`;
        end(() => reject(new GatewayError('adapter/timeout', words)), true);
      });
      function end(settle: () => void, owes: boolean): void {
        if (open !== mine) return;
        open = undefined;
        owed = owes;
        cancel();
        signal.removeEventListener('abort', onAbort);
        settle();
      }
      const mine: Open = {
        hear(chunk) {
          bytes += chunk.length;
          try {
            const answer = question.take(chunk);
            if (answer !== undefined) end(() => resolve(answer), false);
            else if (bytes > MAX_ANSWER) throw new GatewayError('adapter/bad-frame', `${id}: no answer in ${bytes} bytes`);
          } catch (cause) {
            end(() => reject(cause), true);
          }
        },
        fail: (error) => end(() => reject(error), false),
      };
      open = mine;
      signal.addEventListener('abort', onAbort, { once: true });
      if (context.framesWanted()) {
        context.frame({ direction: 'out', bytes: question.bytes, decoded: question.what, faulty: false });
      }
      port.write(question.bytes, signal).catch(mine.fail);
    });
  }

  return {
    async ask(question, signal) {
      if (waiting >= MAX_WAITING) throw new GatewayError('adapter/busy', `${id}: ${waiting} questions wait already`);
      waiting += 1;
      const mine = last.then(async () => {
        signal.throwIfAborted();
        await untilQuiet(signal);
        return await exchange(question, signal);
      });
      last = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
    onStray(listener) {
      stray = listener;
    },
    stop() {
      stopHearing();
      open?.fail(new GatewayError('link/closed', `${id}: the connection is closed`));
    },
  };
}
