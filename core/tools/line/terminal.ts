import type { Clock } from '../../base/clock.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import type { ToolLine, ToolSession } from '../sessions.ts';

/** Bytes that come closer together than this are one line of the terminal. */
const GAP_MS = 15;
/** A line is shown at the latest after this time, and with so many bytes. */
const LONGEST_MS = 60;
const MOST_BYTES = 1024;

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** A line of a terminal: bytes without a meaning. */
export const plainLine = (direction: 'in' | 'out', bytes: Uint8Array): ToolLine => ({
  direction,
  bytes: base64(bytes),
  decoded: '',
  role: 'text',
  unit: null,
  responseMs: null,
  faulty: false,
});

/** Something that the tool says about the line. */
export const noteLine = (decoded: string, faulty: boolean): ToolLine => ({
  ...plainLine('in', new Uint8Array(0)),
  direction: 'note',
  decoded,
  faulty,
});

/** Puts what a link hears into lines: chunks of a driver have no meaning, pauses have. */
export interface Terminal {
  heard(chunk: Uint8Array): void;
  /** Shows what is held; before something is sent, and at the end. */
  flush(): void;
}

export function createTerminal(session: ToolSession, clock: Clock): Terminal {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let since = 0;
  let cancel = (): void => {};
  function flush(): void {
    cancel();
    if (bytes === 0) return;
    const line = Buffer.concat(held);
    held = [];
    bytes = 0;
    session.say(plainLine('in', line), since);
  }
  return {
    heard(chunk) {
      const now = clock.monotonic();
      if (bytes === 0) since = now;
      held.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_BYTES || now - since >= LONGEST_MS) flush();
      else {
        cancel();
        cancel = clock.after(GAP_MS, flush);
      }
    },
    flush,
  };
}

/** What is open for a session now. */
export interface OpenLine {
  readonly link: ByteLink;
  readonly terminal: Terminal;
  /** While a loopback test runs, it takes what comes. */
  divert: ((chunk: Uint8Array) => void) | null;
}
