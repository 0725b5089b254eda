import { exceptionText, judgeAnswer } from '../../adapters/modbus/codec.ts';
import type { Framer, Heard } from '../../adapters/modbus/framer.ts';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ByteLink } from '../../transports/byte-port.ts';

/** What came of one question. `others` are units that spoke instead of, or besides, the one that was asked. */
export type Outcome = { readonly tookMs: number; readonly others: readonly number[] } & (
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'exception'; readonly code: number }
  /** Bytes, but no sound answer. */
  | { readonly kind: 'garbage'; readonly bytes: number; readonly why: string }
  | { readonly kind: 'silence' }
);

/** Asks on a line that is held by a claim, one question at a time. Nothing is repeated, nothing is planned. */
export interface Asker {
  readonly label: string;
  /** Waits the whole time where no sound answer comes. Rejects with `link/*` when the line is gone, or the signal's reason. */
  ask(unit: number, pdu: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<Outcome>;
  /** Resolves, never rejects, when the line is gone: undefined after `close()`. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

export interface AskerOptions {
  /** Answers carry the number of their request (Modbus TCP). */
  readonly numbered: boolean;
  /** Silence in ms before a question. */
  readonly gapMs: number;
  /** Silence in ms after which an incomplete frame is given up, so that what stands behind it is found. */
  readonly silenceMs: number;
}

/** A line that never falls silent is used nevertheless, after this. */
const MAX_DRAIN_MS = 250;

export function createAsker(deps: { clock: Clock; link: ByteLink; framer: Framer }, options: AskerOptions): Asker {
  const { clock, link, framer } = deps;
  let transaction = 0;
  let lastByteAt = Number.NEGATIVE_INFINITY;
  let hear = (_heard: readonly Heard[], _bytes: number): void => {};
  let fail = (_cause: unknown): void => {};
  let gone: Error | undefined;
  let busy = false;
  let cancelSilence = (): void => {};

  link.onData((chunk) => {
    lastByteAt = clock.monotonic();
    cancelSilence();
    hear(framer.push(chunk), chunk.length);
    if (framer.pending) cancelSilence = clock.after(options.silenceMs, () => hear(framer.silence(), 0));
  });
  const closed = link.closed.then((fault) => {
    cancelSilence();
    gone = fault ?? new GatewayError('link/closed', `${link.label}: the line was closed`);
    fail(gone);
    return fault;
  });

  /** Lets the line fall silent, so that the rest of an old answer is not taken for the new one. */
  async function drain(signal: AbortSignal): Promise<void> {
    const until = clock.monotonic() + MAX_DRAIN_MS;
    for (let now = clock.monotonic(); now < until; now = clock.monotonic()) {
      const rest = lastByteAt + options.gapMs - now;
      if (rest <= 0) break;
      await clock.sleep(Math.ceil(rest), signal);
    }
    framer.silence();
  }

  async function exchange(unit: number, pdu: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<Outcome> {
    await drain(signal);
    signal.throwIfAborted();
    if (gone) throw gone;
    transaction = options.numbered ? (transaction + 1) & 0xffff : 0;
    const own = transaction;
    const answer = Promise.withResolvers<Outcome>();
    const others = new Set<number>();
    const askedAt = clock.monotonic();
    let noise = 0;
    let why = '';
    const end = (outcome: { kind: 'silence' } | { kind: 'garbage'; bytes: number; why: string }): void =>
      answer.resolve({ ...outcome, tookMs: clock.monotonic() - askedAt, others: [...others] });
    hear = (heard, bytes) => {
      noise += bytes;
      for (const one of heard) {
        if (one.kind === 'garbage') why = one.why;
        else if (one.unit !== unit) others.add(one.unit);
        else if (one.transaction === own) {
          const verdict = judgeAnswer(pdu, one.pdu);
          if (verdict.kind === 'other') why = verdict.why;
          else answer.resolve({ ...verdict, tookMs: clock.monotonic() - askedAt, others: [...others] });
        }
      }
    };
    fail = answer.reject;
    const onAbort = (): void => answer.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const cancel = clock.after(timeoutMs, () => {
      hear(framer.silence(), 0);
      end(noise === 0 ? { kind: 'silence' } : { kind: 'garbage', bytes: noise, why: why || 'no sound answer' });
    });
    try {
      // Not awaited: with flow control a write can hang for ever, and the timeout must cover that too.
      link.write(framer.wrap(unit, own, pdu)).catch(answer.reject);
      return await answer.promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', onAbort);
      hear = () => {};
      fail = () => {};
    }
  }

  return {
    label: link.label,
    async ask(unit, pdu, timeoutMs, signal) {
      if (busy) throw new GatewayError('adapter/busy', `${link.label}: a question is under way`);
      busy = true;
      try {
        return await exchange(unit, pdu, timeoutMs, signal);
      } finally {
        busy = false;
      }
    },
    closed,
    close: () => link.close(),
  };
}

/** An outcome in words, as the evidence of a scan and as the fault of a read. */
export function outcomeWords(outcome: Outcome, functionCode: number): string {
  switch (outcome.kind) {
    case 'data':
      return `answered function ${functionCode}`;
    case 'exception':
      return `answered function ${functionCode} with ${exceptionText(outcome.code)}`;
    case 'garbage':
      return `${outcome.bytes} bytes came, but no sound answer: ${outcome.why}`;
    case 'silence':
      return 'no answer';
  }
}
