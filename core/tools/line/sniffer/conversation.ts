import { judgeAnswer } from '../../../adapters/modbus/codec.ts';
import type { ToolLine } from '../../sessions.ts';
import type { Frame, Listener, Noise, Piece } from './piece.ts';
import { answerWords, requestWords } from './words.ts';

/** A line for the screen with the time of its first byte. */
export interface SaidLine {
  readonly line: ToolLine;
  readonly at: number;
}

/** Requests without an answer that are remembered, so that a late answer is known as one. */
const LATE_KEPT = 8;
const JUDGED: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 15, 16]);

interface Asked {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly to: number;
}

/** Whether a frame can be the answer to a request. */
function answers(asked: Asked, { unit, pdu }: Frame): boolean {
  if (unit !== asked.unit) return false;
  const [want, got] = [asked.pdu[0] ?? 0, pdu[0] ?? 0];
  if (got === (want | 0x80)) return pdu.length === 2;
  return got === want && (!JUDGED.has(want) || judgeAnswer(asked.pdu, pdu).kind === 'data');
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const whole = (ms: number): number => Math.round(ms * 10) / 10;

/**
 * Pairs what was heard on a bus: which frame asks, which answers and how long that took, what came late, twice, or never. Where a frame could
 * be either (the answer to a single write repeats it), it is an answer while one is due.
 */
export function createConversation(say: (said: SaidLine) => void): Listener {
  let due: Asked | undefined;
  let answered: Asked | undefined;
  let unanswered: Asked[] = [];

  const line = (frame: Frame, role: ToolLine['role'], decoded: string, responseMs: number | null, faulty: boolean): SaidLine => ({
    at: frame.from,
    line: { direction: 'in', bytes: base64(frame.bytes), decoded, role, unit: frame.unit, responseMs, faulty },
  });
  const took = (asked: Asked, frame: Frame): number | null => (frame.from > asked.to ? whole(frame.from - asked.to) : null);

  function request(frame: Frame): readonly SaidLine[] {
    const missed = due;
    due = frame.unit === 0 ? undefined : frame; // nobody answers to a broadcast
    answered = undefined;
    const said = line(frame, 'request', requestWords(frame.unit, frame.pdu), null, false);
    if (!missed) return [said];
    unanswered = [...unanswered, missed].slice(-LATE_KEPT);
    const words = `unit ${missed.unit} did not answer within ${Math.round(frame.from - missed.to)} ms`;
    const note: ToolLine = {
      direction: 'note',
      bytes: '',
      decoded: words,
      role: 'text',
      unit: missed.unit,
      responseMs: null,
      faulty: true,
    };
    return [{ at: frame.from, line: note }, said];
  }
  function answer(frame: Frame): readonly SaidLine[] {
    const { unit, pdu } = frame;
    const exception = (pdu[0] ?? 0) >= 0x80;
    if (due && answers(due, frame)) {
      answered = due;
      due = undefined;
      return [line(frame, 'answer', answerWords(unit, pdu, answered.pdu), took(answered, frame), exception)];
    }
    if (answered && answers(answered, frame)) {
      return [line(frame, 'duplicate', `${answerWords(unit, pdu, answered.pdu)} (a second time)`, null, true)];
    }
    const late = unanswered.findLast((asked) => answers(asked, frame));
    if (late) {
      unanswered = unanswered.filter((asked) => asked !== late);
      return [line(frame, 'late', `${answerWords(unit, pdu, late.pdu)} (too late)`, took(late, frame), true)];
    }
    const unasked = due ? ' (not what was asked)' : ' (its request was not heard)';
    return [line(frame, 'answer', answerWords(unit, pdu, undefined) + unasked, null, due !== undefined)];
  }

  function noise({ bytes, why, from }: Noise): SaidLine {
    const line: ToolLine = {
      direction: 'in',
      bytes: base64(bytes),
      decoded: why,
      role: 'noise',
      unit: null,
      responseMs: null,
      faulty: true,
    };
    return { at: from, line };
  }
  function linesOf(piece: Piece): readonly SaidLine[] {
    if (piece.kind === 'noise') return [noise(piece)];
    const isAnswer = piece.asAnswer && ((due && answers(due, piece)) || !piece.asRequest);
    return isAnswer ? answer(piece) : request(piece);
  }

  return {
    take: (piece) => linesOf(piece).forEach(say),
    expects: (unit, code) => due !== undefined && due.unit === unit && (code & 0x7f) === (due.pdu[0] ?? 0),
  };
}
