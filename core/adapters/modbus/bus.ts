import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import { type Breaker, createBreaker, DEFAULT_BREAKER } from './breaker.ts';
import type { BusFigures } from './bus-figures.ts';
import { describeRequest } from './codec.ts';
import { type Answer, type Ask, createExchange, type Exchange } from './exchange.ts';
import type { Framer, Heard } from './framer.ts';
import { createLineShare } from './line-share.ts';
import { type ForeignRequest, foreignIn } from './other-master.ts';
import { createSchedule } from './schedule.ts';
import { createSuspects } from './suspects.ts';

/** One line with any number of units on it: one request at a time, by class and by turns. */
export interface ModbusBus {
  /**
   * Rejects with `adapter/timeout`, `adapter/bad-frame`, `adapter/wrong-unit`, `adapter/exception` (details.exception has its number),
   * `adapter/parked` for a poll of a unit that was parked meanwhile, `adapter/busy` when too many requests wait, `link/*` when the line is
   * gone, or the signal's reason.
   */
  request(ask: Ask, signal: AbortSignal): Promise<Answer>;
  /** The state of a unit, shared by all devices that poll it. */
  breaker(unit: number): Breaker;
  /** Requests that wait. */
  readonly waiting: number;
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
  /** Time in ms of one character on the line; 0 where nobody knows. */
  readonly characterMs: number;
  /** Whether each answer carries the number of its request (Modbus TCP). */
  readonly numbered: boolean;
}

export interface BusDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly link: ByteLink;
  readonly framer: Framer;
  readonly figures: BusFigures;
}

const MAX_WAITING = 256;
/** So many requests without a single byte in answer, and a TCP connection counts as dead. */
const DEAD_AFTER = 5;
/** A line that never falls silent is used nevertheless, after this. */
const MAX_DRAIN_MS = 250;
/** Parked units share one turn, so that many of them take no more from the others than one. */
const PARKED = -1;

interface Job {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

const isExchangeFault = (cause: unknown): boolean =>
  cause instanceof GatewayError &&
  (cause.code === 'adapter/timeout' || cause.code === 'adapter/bad-frame' || cause.code === 'adapter/wrong-unit');
const isException = (cause: unknown): boolean => cause instanceof GatewayError && cause.code === 'adapter/exception';

export function createModbusBus(deps: BusDeps, options: BusOptions): ModbusBus {
  const { clock, link, framer, figures } = deps;
  const jobs = createSchedule<Job>(MAX_WAITING, () => clock.monotonic());
  const share = createLineShare();
  const suspects = createSuspects(clock);
  const breakers = new Map<number, Breaker>();
  const end = Promise.withResolvers<Error | undefined>();
  let gone: Error | undefined;
  let ended = false;
  let current: Exchange | undefined;
  let lastAnswer: Uint8Array | undefined;
  let lastByteAt = Number.NEGATIVE_INFINITY;
  let cancelSilence = (): void => {};
  let transaction = 0;
  let unanswered = 0;
  let sentAt = 0;
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
    for (const one of heard) {
      if (current) current.hear(one);
      else hearStray(one);
    }
  }

  /** Not ours: another master asks. Its answer must not be taken for ours. */
  function hearOthers(requests: readonly ForeignRequest[]): void {
    for (const { unit, pdu } of requests) {
      suspects.add(unit, pdu, 0, 'other');
      figures.otherMaster(describeRequest(unit, pdu));
    }
  }

  /** What is heard while nothing is asked: the answer before once more, one that comes too late, or what others say. */
  function hearStray(heard: Heard): void {
    const others = options.numbered ? [] : foreignIn(heard);
    hearOthers(others);
    if (heard.kind === 'garbage' || others.length > 0) return;
    const { unit, bytes } = heard;
    const owed = options.numbered ? undefined : suspects.owes(unit);
    if (owed === 'other') return;
    const repeated = lastAnswer?.length === bytes.length && bytes.every((byte, i) => byte === lastAnswer?.[i]);
    figures.incident(unit, repeated && owed === undefined ? 'duplicate' : 'late');
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
  async function drain(gapMs: number, signal: AbortSignal): Promise<void> {
    const until = clock.monotonic() + Math.max(MAX_DRAIN_MS, gapMs);
    for (let now = clock.monotonic(); now < until; now = clock.monotonic()) {
      const rest = lastByteAt + gapMs - now;
      if (rest <= 0) break;
      await clock.sleep(Math.ceil(rest), signal);
    }
    flush();
  }

  async function exchange({ ask, signal }: Job): Promise<Answer> {
    signal.throwIfAborted();
    await drain(Math.max(options.gapMs, ask.gapMs ?? 0), signal);
    if (gone) throw gone;
    signal.throwIfAborted(); // nothing is sent any more for who has gone meanwhile
    transaction = options.numbered ? (transaction + 1) & 0xffff : 0;
    const bytes = framer.wrap(ask.unit, transaction, ask.pdu);
    if (ask.framesWanted()) ask.frame({ direction: 'out', bytes, decoded: describeRequest(ask.unit, ask.pdu), faulty: false });
    const own = createExchange(
      {
        clock,
        suspects: options.numbered ? undefined : suspects,
        label: link.label,
        flush,
        incident: figures.incident,
        lastAnswer: () => lastAnswer,
        hearOthers,
      },
      ask,
      transaction,
      bytes,
    );
    current = own;
    sentAt = clock.monotonic();
    figures.asked(ask.unit);
    try {
      // Not awaited: with flow control a write can hang for ever, and the timeout must cover that too.
      link.write(bytes).catch(own.fail);
      return await own.answer(signal);
    } catch (cause) {
      // Its answer may still come: remember it, or it would pass for the answer to a like request.
      if (!options.numbered && own.owed) suspects.add(ask.unit, ask.pdu, ask.timeoutMs);
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

  function breaker(unit: number): Breaker {
    const known = breakers.get(unit);
    if (known) return known;
    const made = createBreaker({
      clock,
      random: deps.random,
      rules: DEFAULT_BREAKER,
      changed: (parked) => figures.unit(unit).parked(parked),
    });
    breakers.set(unit, made);
    return made;
  }

  /** Runs one request and settles it; what it took is known before whoever asked goes on. */
  async function serve(flow: number, job: Job): Promise<void> {
    const { ask } = job;
    const state = breaker(ask.unit);
    if (state.parked && ask.of === 'poll') {
      job.reject(new GatewayError('adapter/parked', `${link.label}, unit ${ask.unit}: it does not answer and is not asked now`));
      return;
    }
    const begin = clock.monotonic();
    const count = (answered: boolean, bytes: number, exception = false): void => {
      const now = clock.monotonic();
      figures.used(now - begin);
      jobs.charge(flow, share.charge(now - begin, answered));
      if (!answered) return;
      state.answered();
      figures.answered(ask.unit, now - sentAt, exception);
      figures.unit(ask.unit).held(now - begin - bytes * options.characterMs);
    };
    try {
      const answer = await exchange(job);
      lastAnswer = answer.bytes;
      count(true, framer.wrap(ask.unit, 0, ask.pdu).length + answer.bytes.length);
      job.resolve(answer);
    } catch (cause) {
      count(isException(cause), 0, true);
      if (isExchangeFault(cause)) state.missed();
      if (cause instanceof GatewayError && cause.code === 'adapter/timeout') figures.incident(ask.unit, 'timeout');
      job.reject(cause);
    }
  }

  async function pump(): Promise<void> {
    pumping = true;
    for (let next = jobs.shift(); next; next = jobs.shift()) await serve(next.flow, next.item);
    pumping = false;
  }

  return {
    async request(ask, signal) {
      if (gone) throw gone;
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const flow = breaker(ask.unit).parked ? PARKED : ask.unit;
      if (!jobs.push(flow, ask.of, { ask, signal, resolve, reject })) {
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
    breaker,
    get waiting() {
      return jobs.size;
    },
    closed: end.promise,
    async close() {
      finish(undefined);
      await end.promise;
    },
  };
}
