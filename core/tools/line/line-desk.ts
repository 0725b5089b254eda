import { GatewayError } from '../../base/errors.ts';
import type { Caller, Desk } from '../../contract/desk.ts';
import type { ToolView } from '../../contract/field-views.ts';
import { linkLabel } from '../../transports/link-label.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import type { ToolSession } from '../sessions.ts';
import { keepOpen, type LineKeeper } from './keep-open.ts';
import { loopback } from './loopback.ts';
import { type OpenLine, plainLine } from './terminal.ts';

type LineMethod = 'tool.open' | 'tool.close' | 'tool.send' | 'tool.lines' | 'tool.loopback';
type LineDeskDeps = Pick<FieldDeskDeps, 'clock' | 'log' | 'lines' | 'sessions' | 'random' | 'newId'>;

/** Base64 as it must be; `Buffer` would take anything. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes;
  throw new GatewayError('api/bad-input', 'There are no bytes to send, or they are not written in base64.');
}

/** The line, where no loopback test has it. */
function idle(keeper: LineKeeper): OpenLine {
  const line = keeper.line();
  if (line.divert) throw new GatewayError('api/bad-input', 'A loopback test runs; wait until it has ended.');
  return line;
}

function refuseUseless(tool: ToolView['tool'], framing: string | undefined): void {
  if (tool === 'sniffer' && framing === 'tcp') {
    throw new GatewayError('api/bad-input', 'A sniffer listens on a serial line: choose RTU or ASCII.');
  }
}

/** The terminal and the sniffer, and opening and closing of every tool on a line. */
export function createLineDesk(deps: LineDeskDeps): Desk<LineMethod, 'tools' | 'tool-lines'> {
  const { clock, log, lines, sessions } = deps;
  const keepers = new Map<string, LineKeeper>();

  function lineOf(id: string, caller: Caller): { session: ToolSession; keeper: LineKeeper } {
    const session = sessions.of(id, caller, 'terminal');
    const keeper = keepers.get(id);
    if (!keeper) throw new GatewayError('tool/unknown-session', 'This tool has been closed.');
    return { session, keeper };
  }
  /** What a person has put on a line stands in the log. */
  function wrote(session: ToolSession, caller: Caller, what: string): void {
    const { tool, line, by } = session.view();
    log.info('tool.wrote', { tool, line, by, caller: caller.kind, what });
  }

  return {
    calls: {
      async 'tool.open'({ tool, link, framing, by }, signal, caller) {
        refuseUseless(tool, framing);
        const key = lines.keyOf(link, `tool-${deps.newId()}`);
        const session = await sessions.open({ tool, line: linkLabel(link), link, framing, key, by, caller }, signal);
        // The Modbus master opens the line by itself, with the bus of its own.
        if (tool === 'modbus' || !session.claim) return { session: session.id };
        const keeper = keepOpen({ clock, lines, random: deps.random, session, claim: session.claim, link });
        keepers.set(session.id, keeper);
        session.onEnd(async () => {
          keepers.delete(session.id);
          await keeper.stop();
        });
        try {
          await keeper.start(AbortSignal.any([signal, session.signal]));
        } catch (cause) {
          await session.end();
          throw cause;
        }
        return { session: session.id };
      },
      async 'tool.close'({ session }, _signal, caller) {
        await sessions.of(session, caller, 'terminal', 'sniffer', 'modbus', 'gatt').end();
        return null;
      },
      async 'tool.send'({ session: id, bytes: text }, signal, caller) {
        const { session, keeper } = lineOf(id, caller);
        const bytes = bytesOf(text);
        const line = idle(keeper);
        line.terminal.flush();
        wrote(session, caller, `${bytes.length} bytes`);
        await line.link.write(bytes, signal);
        session.say(plainLine('out', bytes));
        return null;
      },
      async 'tool.lines'({ session: id, dtr, rts, breakMs }, _signal, caller) {
        const { session, keeper } = lineOf(id, caller);
        await keeper.control({ dtr, rts, breakMs });
        const words = [
          dtr === undefined ? '' : `DTR ${dtr}`,
          rts === undefined ? '' : `RTS ${rts}`,
          breakMs ? `break ${breakMs} ms` : '',
        ];
        wrote(session, caller, words.filter((word) => word !== '').join(', '));
        return null;
      },
      async 'tool.loopback'({ session: id, bytes }, signal, caller) {
        const { session, keeper } = lineOf(id, caller);
        const line = idle(keeper);
        wrote(session, caller, `loopback test with ${bytes} bytes`);
        line.terminal.flush();
        return await loopback(line, { bytes, link: session.link }, clock, AbortSignal.any([signal, session.signal]));
      },
    },
    views: {
      tools: { kind: 'table', rows: () => sessions.views() },
      'tool-lines': sessions.lines,
    },
  };
}
