import { createModbusBus, type ModbusBus } from '../../adapters/modbus/bus.ts';
import { type BusFigures, createBusFigures } from '../../adapters/modbus/bus-figures.ts';
import { isForAll, refuseForAll } from '../../adapters/modbus/for-all.ts';
import { identify } from '../../adapters/modbus/identify.ts';
import { busOptions, type Framing, framerFor } from '../../adapters/modbus/line-timing.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Input, Output } from '../../contract/api.ts';
import type { Desk } from '../../contract/desk.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { RawFrame } from '../../contract/reading.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import type { ToolSession } from '../sessions.ts';
import { answerWords, pduOf, valuesIn } from './modbus-question.ts';

type Question = Input<'tool.modbus'>;
type Answer = Output<'tool.modbus'>;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

const framingOf = ({ framing }: ToolSession): Framing => framing ?? 'rtu';
/** A write for all units is answered by none. */
const isBroadcast = (session: ToolSession, { unit, ask }: Question): boolean =>
  ask.do === 'write' && isForAll(framingOf(session), unit);

const tenths = (ms: number): number => Number(ms.toFixed(1));

/** What one question has put on the line and heard, for the answer and for the tool's lines. */
interface Trace {
  sent: Uint8Array;
  heard: Uint8Array;
  /** Monotonic times of the first request, the newest one, and the end of its answer. */
  firstAt: number | undefined;
  sentAt: number;
  heardAt: number;
}

/** The Modbus master of the Tools page: asks on a line that its session has taken. */
export function createModbusTool(
  deps: Pick<FieldDeskDeps, 'clock' | 'lines' | 'log' | 'random' | 'sessions'>,
): Desk<'tool.modbus', never> {
  const { clock, lines, log, random } = deps;
  const open = new Map<string, Promise<ModbusBus>>();
  const ending = new WeakSet<ToolSession>();

  async function openBus(session: ToolSession, figures: BusFigures): Promise<ModbusBus> {
    const { link: config, claim } = session;
    if (!config || !claim) throw new GatewayError('api/bad-input', 'This tool has no line.');
    const framing = framingOf(session);
    const link = await lines.openClaimed(config, claim, session.signal);
    const bus = createModbusBus({ clock, random, link, framer: framerFor(framing), figures }, busOptions(framing, config));
    session.set({ state: 'open', fault: null });
    return bus;
  }

  /** Once for a session, however often its line is lost and opened again. */
  function closeAtEnd(session: ToolSession): void {
    if (ending.has(session)) return;
    ending.add(session);
    session.onEnd(async () => {
      const bus = await open.get(session.id)?.catch(() => undefined);
      await bus?.close();
    });
  }

  /** The session's bus; opened with its first question, and again after the line was lost. */
  function busOf(session: ToolSession): Promise<ModbusBus> {
    const known = open.get(session.id);
    if (known) return known;
    const opening = openBus(session, createBusFigures(clock));
    const forget = (): void => {
      if (open.get(session.id) === opening) open.delete(session.id);
    };
    open.set(session.id, opening);
    const ended = (fault: Error | undefined): void => {
      forget();
      if (!session.signal.aborted) lose(session, fault);
    };
    void opening.then((bus) => bus.closed).then(ended, forget);
    closeAtEnd(session);
    return opening;
  }
  /** Says that the line is gone; the next question opens it again. */
  function lose(session: ToolSession, fault: unknown): void {
    if (fault instanceof GatewayError) session.set({ state: 'lost', fault: faultView(fault, clock.now()) });
  }

  /** Sends one PDU and gives the answer's; a write is never repeated, nothing is. */
  async function ask(session: ToolSession, question: Question, pdu: Uint8Array, trace: Trace, signal: AbortSignal) {
    const bus = await busOf(session);
    const { unit, timeoutMs } = question;
    const frame = ({ direction, bytes, decoded, faulty }: RawFrame): void => {
      if (direction === 'out') {
        trace.sent = bytes;
        trace.sentAt = clock.monotonic();
        trace.firstAt ??= trace.sentAt;
      } else trace.heard = bytes;
      // What comes here of an answer is an exception; all else was not meant for this request.
      const refused = direction === 'in' && !decoded.startsWith('discarded');
      const role = direction === 'out' ? 'request' : refused ? 'answer' : 'noise';
      const responseMs = refused ? tenths(clock.monotonic() - trace.sentAt) : null;
      session.say({ direction, bytes: base64(bytes), decoded, role, unit, responseMs, faulty });
    };
    const answer = await bus.request(
      { unit, pdu, timeoutMs, of: 'command', frame, framesWanted: () => true, fault: () => {} },
      signal,
    );
    trace.heard = answer.bytes;
    trace.heardAt = answer.heardAt;
    return answer.pdu;
  }

  async function run(session: ToolSession, question: Question, signal: AbortSignal): Promise<Answer> {
    const trace: Trace = { sent: new Uint8Array(0), heard: new Uint8Array(0), firstAt: undefined, sentAt: 0, heardAt: 0 };
    const done = (more: Partial<Answer> & Pick<Answer, 'ok' | 'words'>): Answer => ({
      values: [],
      objects: {},
      exception: null,
      sent: base64(trace.sent),
      heard: base64(trace.heard),
      tookMs: tenths(clock.monotonic() - (trace.firstAt ?? clock.monotonic())),
      ...more,
    });
    const say = (decoded: string): void =>
      session.say(
        {
          direction: 'in',
          bytes: base64(trace.heard),
          decoded,
          role: 'answer',
          unit: question.unit,
          responseMs: tenths(trace.heardAt - trace.sentAt),
          faulty: false,
        },
        trace.heardAt,
      );
    try {
      if (question.ask.do === 'identify') {
        const objects = await identify('regular', (pdu) => ask(session, question, pdu, trace, signal));
        if (!objects) return done({ ok: false, words: `Unit ${question.unit} answered, but not with an identification.` });
        const words = `Unit ${question.unit}: ${Object.values(objects).filter(Boolean).join(', ') || 'it names nothing'}`;
        say(words);
        return done({ ok: true, objects: { ...objects }, words });
      }
      const pdu = pduOf(question.ask);
      const answer = await ask(session, question, pdu, trace, signal);
      const values = valuesIn(question.ask, answer);
      const words = answerWords(question.unit, question.ask, values, answer);
      say(words);
      return done({ ok: true, values, words });
    } catch (cause) {
      // What the line or the unit did is the answer; everything else is a fault of the call.
      if (!(cause instanceof GatewayError) || !cause.code.startsWith('adapter/')) throw cause;
      if (cause.code === 'adapter/timeout' && isBroadcast(session, question)) {
        return done({ ok: true, words: 'Sent to all units; none of them answers to that.' });
      }
      const exception = cause.details['exception'];
      if (exception === undefined) {
        const { unit } = question;
        session.say({ direction: 'note', bytes: '', decoded: cause.message, role: 'text', unit, responseMs: null, faulty: true });
      }
      return done({ ok: false, exception: typeof exception === 'number' ? exception : null, words: cause.message });
    }
  }

  return {
    calls: {
      async 'tool.modbus'(question, signal, caller) {
        const session = deps.sessions.of(question.session, caller, 'modbus');
        const { ask: what, unit } = question;
        // A raw request is what the person wants it to be; a few devices do answer to 0 where they are alone on the line.
        if (what.do === 'read' || what.do === 'identify') refuseForAll(framingOf(session), unit);
        if (what.do === 'write' || what.do === 'raw') {
          log.info('tool.wrote', { by: session.view().by, caller: caller.kind, line: session.view().line, unit, do: what.do });
        }
        try {
          return await run(session, question, AbortSignal.any([signal, session.signal]));
        } catch (cause) {
          if (cause instanceof GatewayError && cause.code.startsWith('link/')) lose(session, cause);
          throw cause;
        }
      },
    },
    views: {},
  };
}
