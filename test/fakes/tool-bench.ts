import type { Clock } from '../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../core/base/log.ts';
import type { Input, Method, Output } from '../../core/contract/api.ts';
import type { Caller } from '../../core/contract/desk.ts';
import { createLineDesk } from '../../core/tools/line/line-desk.ts';
import { createToolSessions } from '../../core/tools/sessions.ts';
import type { ByteLink, ByteLinks } from '../../core/transports/byte-port.ts';
import { createPortClaims } from '../../core/transports/ports/claims.ts';
import { createLines } from '../../core/transports/ports/lines.ts';
import type { PortBook } from '../../core/transports/ports/port-book.ts';
import { createFakeLink, type FakeLink } from './fake-byte-link.ts';
import { createPlainPortBook } from './plain-port-book.ts';

const never = new AbortController().signal;
export const ANNA: Caller = { kind: 'console', id: 'anna' };
export const BERT: Caller = { kind: 'console', id: 'bert' };

/** Links that are doubles; `refuse` is what the next opening says. */
export function fakeLinks(make: () => FakeLink = createFakeLink) {
  const opened: FakeLink[] = [];
  const state: { refuse: Error | null; serial: ByteLink['serial'] } = { refuse: null, serial: undefined };
  const links: ByteLinks = {
    async open() {
      if (state.refuse) throw state.refuse;
      const one = make();
      opened.push(one);
      return state.serial ? { ...one.link, serial: state.serial } : one.link;
    },
  };
  return { links, opened, state };
}

/** A line desk with everything behind it, on links of the test. */
export function createToolBench(clock: Clock, links: ByteLinks, book: PortBook = createPlainPortBook()) {
  const hub = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const log: LogRecord[] = [];
  hub.onRecord((record) => log.push(record));
  let id = 0;
  const newId = (): string => `s${++id}`;
  const claims = createPortClaims({ now: () => clock.now() });
  const lines = createLines({ links, claims, book, now: () => clock.now() });
  const sessions = createToolSessions({ clock, log: hub.logger('tools'), claims, newId });
  const desk = createLineDesk({ clock, log: hub.logger('tools'), lines, sessions, random: () => 0, newId });
  type Calls = typeof desk.calls;
  return {
    lines,
    sessions,
    log,
    desk,
    /** As the gateway calls it for a client. */
    call<M extends Method & keyof Calls>(method: M, input: Input<M>, caller = ANNA, signal = never): Promise<Output<M>> {
      // One function of one method: TypeScript cannot follow that through a table of functions.
      const run = desk.calls[method] as unknown as (input: Input<M>, signal: AbortSignal, caller: Caller) => Promise<Output<M>>;
      return run(input, signal, caller);
    },
    /** The rows of a session, oldest first; that Anna looks keeps her tools open. */
    rows(session: string) {
      const open = sessions.lines.open({ session }, () => {});
      open.close();
      sessions.attend(session, ANNA)();
      return open.rows;
    },
  };
}
