import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { RawFrame } from '../../contract/reading.ts';
import { bytesAsked, describeRequest, exceptionText, judgeAnswer, type Verdict } from './codec.ts';
import type { Heard } from './framer.ts';
import { type ForeignRequest, foreignIn, isRequest } from './other-master.ts';
import type { RequestClass } from './schedule.ts';
import type { Suspects } from './suspects.ts';
import type { Incident } from './unit-figures.ts';

/** Who asks, and where to report what is on the wire meanwhile. */
export interface Ask {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly timeoutMs: number;
  readonly of: RequestClass;
  /** Silence in ms before it, beyond what the line needs. */
  readonly gapMs?: number | undefined;
  /** What was sent, and what was heard that is not the answer. The answer itself is reported by who decodes it. */
  frame(frame: RawFrame): void;
  framesWanted(): boolean;
  /** Something was wrong on the line, but the answer came. */
  fault(fault: GatewayError): void;
}

export interface Answer {
  /** The values of a read, the confirmation of a write. */
  readonly data: Uint8Array;
  /** The whole frame. */
  readonly bytes: Uint8Array;
  /** Monotonic time of its last byte. */
  readonly heardAt: number;
  readonly pdu: Uint8Array;
}

type HeardFrame = Heard & { readonly kind: 'frame' };

/** One request under way. */
export interface Exchange {
  hear(heard: Heard): void;
  fail(reason: unknown): void;
  /** Starts the timeout and waits. */
  answer(signal: AbortSignal): Promise<Answer>;
  /** True where an answer may still come: none was accepted, and none that was damaged can have been the one. */
  readonly owed: boolean;
  /** True when the time ran out and not a byte had come. */
  readonly silent: boolean;
}

export interface ExchangeTools {
  readonly clock: Clock;
  readonly label: string;
  /** Absent where answers are numbered. */
  readonly suspects: Suspects | undefined;
  incident(unit: number, what: Incident): void;
  /** The frame of the last answer that was accepted on this line. */
  lastAnswer(): Uint8Array | undefined;
  /** Requests that another master has sent. */
  hearOthers(requests: readonly ForeignRequest[]): void;
  /** Makes the framer say what it still holds, so that a timeout can tell noise from silence. */
  flush(): void;
}

/** Unit, function, count and CRC. */
const RTU_READ_REST = 5;
const ECHO = 'the adapter gives back what it has sent (echo)';
const ANSWER_TO_OTHERS = 'it may be the answer to another master';

const sameBytes = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Accepts only the answer to this very request; everything else is discarded and reported, and the wait goes on. */
export function createExchange(tools: ExchangeTools, ask: Ask, transaction: number, sent: Uint8Array): Exchange {
  const { clock, label, suspects } = tools;
  const outcome = Promise.withResolvers<Answer>();
  outcome.promise.catch(() => {}); // may fail before anybody waits; `answer` hands the failure on
  const asked = describeRequest(ask.unit, ask.pdu);
  let noted: GatewayError | undefined;
  /** An answer to an earlier request may come as well: what is damaged may have been that one. */
  const wasOwing = suspects?.isOwing(ask.unit) ?? false;
  let answered = false;
  let damaged = false;
  let doubted = false;
  let heardAny = false;
  let timedOut = false;

  function discard(bytes: Uint8Array, why: string): void {
    ask.frame({ direction: 'in', bytes, decoded: `discarded: ${why}`, faulty: true });
  }
  function note(code: 'adapter/bad-frame' | 'adapter/wrong-unit', why: string): void {
    if (noted?.code !== 'adapter/wrong-unit') noted = new GatewayError(code, `${label}, ${asked}: ${why}`);
  }

  /** A frame of another unit than the one that was asked: late, twice, or two devices with one number. */
  function strange(heard: HeardFrame): string {
    const owed = suspects?.owes(heard.unit);
    if (owed === 'other') return ANSWER_TO_OTHERS;
    const repeated = owed === undefined && sameBytes(heard.bytes, tools.lastAnswer());
    if (repeated || owed) {
      tools.incident(heard.unit, repeated ? 'duplicate' : 'late');
      return repeated ? 'the answer before, once more' : `late answer of unit ${heard.unit}`;
    }
    const why = `unit ${heard.unit} answered, asked was unit ${ask.unit}`;
    tools.incident(ask.unit, 'wrong-unit');
    note('adapter/wrong-unit', why);
    return why;
  }

  /** Why a sound frame is not the answer to this request, or undefined. */
  function misfit(heard: HeardFrame, verdict: Verdict): string | undefined {
    if (heard.transaction !== transaction) {
      const repeated = sameBytes(heard.bytes, tools.lastAnswer());
      tools.incident(heard.unit, repeated ? 'duplicate' : 'late');
      return repeated ? 'the answer before, once more' : 'late answer to an earlier request';
    }
    if (heard.unit !== ask.unit) return strange(heard);
    if (verdict.kind === 'other') {
      const repeated = sameBytes(heard.bytes, tools.lastAnswer());
      tools.incident(ask.unit, repeated ? 'duplicate' : 'framing');
      note('adapter/bad-frame', verdict.why);
      return verdict.why;
    }
    const of = suspects?.claims(ask.unit, ask.pdu, verdict.kind === 'exception');
    if (of === undefined) return undefined;
    if (of === 'other') return ANSWER_TO_OTHERS;
    doubted = true;
    return 'it may be the late answer to an earlier request';
  }

  /** True for our own request, or another master's. */
  function hearRequest(heard: Heard): boolean {
    if (!suspects) return false;
    if (heard.bytes.length >= sent.length && sent.every((byte, i) => byte === heard.bytes[i])) {
      if (heard.kind === 'frame' && !isRequest(heard.pdu)) return false; // the answer to a single write
      tools.incident(ask.unit, 'echo');
      note('adapter/bad-frame', ECHO);
      discard(heard.bytes, ECHO);
      return true;
    }
    const others = foreignIn(heard);
    if (others.length === 0) return false;
    tools.hearOthers(others);
    discard(heard.bytes, 'another master asks');
    return true;
  }

  function hearFrame(heard: HeardFrame): void {
    const verdict = judgeAnswer(ask.pdu, heard.pdu);
    const why = misfit(heard, verdict);
    if (why !== undefined || verdict.kind === 'other') {
      discard(heard.bytes, why ?? '');
      return;
    }
    answered = true;
    // Two came, so the first was late; where no second one comes, nobody can know.
    if (doubted) tools.incident(ask.unit, 'late');
    if (verdict.kind === 'data') {
      if (noted) ask.fault(noted);
      outcome.resolve({ data: verdict.data, bytes: heard.bytes, heardAt: clock.monotonic(), pdu: heard.pdu });
      return;
    }
    const text = exceptionText(verdict.code);
    ask.frame({ direction: 'in', bytes: heard.bytes, decoded: text, faulty: true });
    outcome.reject(new GatewayError('adapter/exception', `${asked}: ${text}`, { details: { exception: verdict.code } }));
  }

  function hearGarbage(heard: Heard & { readonly kind: 'garbage' }): void {
    // Its check sum is wrong, or its head, but so many bytes were to come.
    damaged ||= heard.fault === 'crc' || heard.bytes.length === bytesAsked(ask.pdu) + RTU_READ_REST;
    tools.incident(ask.unit, heard.fault);
    note('adapter/bad-frame', heard.why);
    discard(heard.bytes, heard.why);
  }

  return {
    hear(heard) {
      heardAny = true;
      if (hearRequest(heard)) return;
      if (answered && heard.kind === 'frame' && suspects?.owes(heard.unit) === 'other') discard(heard.bytes, ANSWER_TO_OTHERS);
      else if (answered) {
        tools.incident(ask.unit, heard.kind === 'frame' ? 'duplicate' : heard.fault);
        discard(heard.bytes, 'nothing more was asked');
      } else if (heard.kind === 'frame') hearFrame(heard);
      else hearGarbage(heard);
    },
    fail: outcome.reject,
    async answer(signal) {
      const onAbort = (): void => outcome.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const cancel = clock.after(ask.timeoutMs, () => {
        tools.flush();
        timedOut = true;
        outcome.reject(noted ?? new GatewayError('adapter/timeout', `${label}, ${asked}: no answer within ${ask.timeoutMs} ms`));
      });
      try {
        return await outcome.promise;
      } finally {
        cancel();
        signal.removeEventListener('abort', onAbort);
      }
    },
    get owed() {
      return !answered && !(damaged && !wasOwing);
    },
    get silent() {
      return timedOut && !heardAny;
    },
  };
}
