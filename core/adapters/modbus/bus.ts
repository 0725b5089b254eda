import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import { createQueue } from '../../base/queue.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import { describeRequest } from './codec.ts';
import { type Answer, type Ask, createExchange, type Exchange } from './exchange.ts';
import type { Framer, Heard } from './framer.ts';
import { createSuspects } from './suspects.ts';

/** One line with any number of units on it: one request at a time, in the order they were asked. */
export interface ModbusBus {
  /**
   * Rejects with `adapter/timeout`, `adapter/bad-frame`, `adapter/wrong-unit`, `adapter/exception` (details.exception has its number),
   * `adapter/busy` when too many requests wait, `link/*` when the line is gone, or the signal's reason.
   */
  request(ask: Ask, signal: AbortSignal): Promise<Answer>;
  /** Resolves, never rejects, when the line is gone: undefined after `close()`. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

export interface BusOptions {
  /** `stream` for TCP, where a connection can be dead without anybody saying so. */
  readonly link: 'line' | 'stream';
  /** Silence in ms between an answer and the next request (3.5 characters). */
  readonly gapMs: number;
  /** Silence in ms after which an incomplete frame is given up. */
  readonly silenceMs: number;
  /** Whether each answer carries the number of its request (Modbus TCP). */
  readonly numbered: boolean;
}

const MAX_WAITING = 256;
/** So many requests without a single byte in answer, and a TCP connection counts as dead. */
const DEAD_AFTER = 5;
/** A line that never falls silent is used nevertheless, after this. */
const MAX_DRAIN_MS = 250;

interface Job {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

export function createModbusBus(deps: { clock: Clock; link: ByteLink; framer: Framer }, options: BusOptions): ModbusBus {
  const { clock, link, framer } = deps;
  const jobs = createQueue<Job>(MAX_WAITING);
  const suspects = createSuspects(clock);
  const end = Promise.withResolvers<Error | undefined>();
  let gone: Error | undefined;
  let ended = false;
  let current: Exchange | undefined;
  let lastByteAt = Number.NEGATIVE_INFINITY;
  let cancelSilence = (): void => {};
  let transaction = 0;
  let unanswered = 0;
  let pumping = false;

  link.onData((chunk) => {
    lastByteAt = clock.monotonic();
    unanswered = 0;
    cancelSilence();
    take(framer.push(chunk));
    if (framer.pending) cancelSilence = clock.after(options.silenceMs, () => take(framer.silence()));
  });
  void link.closed.then((fault) => finish(fault));

  function take(heard: readonly Heard[]): void {
    for (const one of heard) current?.hear(one);
  }

  function flush(): void {
    cancelSilence();
    take(framer.silence());
  }

  function finish(fault: Error | undefined): void {
    if (ended) return;
    ended = true;
    gone = fault ?? new GatewayError('link/closed', `${link.label}: the connection is closed`);
    cancelSilence();
    current?.fail(gone);
    for (const job of jobs.clear()) job.reject(gone);
    void link.close().then(() => end.resolve(fault));
  }

  /** Lets the line fall silent, so that what is left of an old answer is not taken for the new one. */
  async function drain(signal: AbortSignal): Promise<void> {
    const until = clock.monotonic() + MAX_DRAIN_MS;
    for (let now = clock.monotonic(); now < until; now = clock.monotonic()) {
      const rest = lastByteAt + options.gapMs - now;
      if (rest <= 0) break;
      await clock.sleep(Math.ceil(rest), signal);
    }
    flush();
  }

  async function exchange({ ask, signal }: Job): Promise<Answer> {
    signal.throwIfAborted();
    await drain(signal);
    if (gone) throw gone;
    transaction = options.numbered ? (transaction + 1) & 0xffff : 0;
    const bytes = framer.wrap(ask.unit, transaction, ask.pdu);
    if (ask.framesWanted()) ask.frame({ direction: 'out', bytes, decoded: describeRequest(ask.unit, ask.pdu), faulty: false });
    const own = createExchange(
      { clock, suspects: options.numbered ? undefined : suspects, label: link.label, flush },
      ask,
      transaction,
    );
    current = own;
    try {
      // Not awaited: with flow control a write can hang for ever, and the timeout must cover that too.
      link.write(bytes).catch(own.fail);
      return await own.answer(signal);
    } catch (cause) {
      // Its answer may still come: remember it, or it would pass for the answer to a like request.
      if (!options.numbered && own.unanswered) suspects.add(ask.unit, ask.pdu, ask.timeoutMs);
      if (own.silent) noteSilence();
      throw cause;
    } finally {
      current = undefined;
    }
  }

  function noteSilence(): void {
    unanswered += 1;
    if (options.link === 'stream' && unanswered >= DEAD_AFTER) {
      finish(
        new GatewayError('link/lost', `${link.label}: the connection is dead, ${unanswered} requests without a byte in answer`),
      );
    }
  }

  async function pump(): Promise<void> {
    pumping = true;
    for (let job = jobs.shift(); job; job = jobs.shift()) await exchange(job).then(job.resolve, job.reject);
    pumping = false;
  }

  return {
    async request(ask, signal) {
      if (gone) throw gone;
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      if (!jobs.push({ ask, signal, resolve, reject })) {
        throw new GatewayError('adapter/busy', `${link.label}: ${MAX_WAITING} requests wait already`);
      }
      const onAbort = (): void => reject(signal.reason); // also while others are served
      signal.addEventListener('abort', onAbort, { once: true });
      if (!pumping) void pump();
      try {
        return await promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    closed: end.promise,
    async close() {
      finish(undefined);
      await end.promise;
    },
  };
}
