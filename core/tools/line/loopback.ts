import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { LoopbackView } from '../../contract/field-views.ts';
import type { OpenLine } from './terminal.ts';

const BLOCK = 256;
/** Grace for drivers, adapters (16 ms a packet) and networks, for every block. */
const GRACE_MS = 500;
/** Bits of a byte on the line with start, parity and two stop bits. */
const BITS = 12;

/** From one byte of the pattern to the next. */
const STEP = 167;

/** A pattern in which every byte value comes, and no block is like another: a byte lost or doubled shifts everything behind it. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * STEP + (i >> 8) * 13) & 0xff);
}

/** Whether most of it is the pattern, also where a byte was lost before: else somebody else sent it. */
function isEcho(back: Uint8Array): boolean {
  const steps = back.subarray(1).reduce((sum, byte, i) => sum + Number(((byte - (back[i] ?? 0)) & 0xff) === STEP), 0);
  return back.length < 2 || steps * 2 >= back.length - 1;
}

const baudOf = (link: LinkConfig | null): number => (link && 'baudRate' in link ? link.baudRate : 9600);

function words(sent: number, heard: Uint8Array, wrong: number): string {
  const back = heard.length;
  if (back === 0) {
    return 'Nothing came back: join TX and RX at the plug (pins 2 and 3 of a 9-pin plug; A and B of RS-422, not of RS-485), and check that the handshake is off.';
  }
  if (!isEcho(heard)) {
    return `${back} bytes came, but not those that were sent: a device is still on the line. Pull its cable off, then join TX and RX.`;
  }
  if (back < sent) return `Only ${back} of ${sent} bytes came back: the handshake, or a loose bridge between TX and RX.`;
  if (wrong > 0) return `${wrong} of ${sent} bytes came back wrong: another device is on the line, or the line is disturbed.`;
  return `All ${sent} bytes came back as they were sent.`;
}

/**
 * Sends a pattern in blocks and compares what comes back. Ends with the first block that does not come back whole in its time. Rejects with
 * what ends the line, or the signal's reason.
 */
export async function loopback(
  line: OpenLine,
  config: { readonly bytes: number; readonly link: LinkConfig | null },
  clock: Clock,
  signal: AbortSignal,
): Promise<LoopbackView> {
  const wanted = pattern(config.bytes);
  const back = new Uint8Array(config.bytes);
  const began = clock.monotonic();
  let heard = 0;
  let sent = 0;
  let wake = (): void => {};
  let ended: Error | undefined;
  void line.link.closed.then((fault) => {
    ended = fault ?? new GatewayError('link/closed', `${line.link.label}: the connection is closed`);
    wake();
  });
  line.divert = (chunk) => {
    const part = chunk.subarray(0, back.length - heard);
    back.set(part, heard);
    heard += part.length;
    if (heard >= sent) wake();
  };
  try {
    while (sent < wanted.length && heard === sent) {
      const block = wanted.subarray(sent, sent + BLOCK);
      sent += block.length;
      const whole = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await line.link.write(block, signal);
      const late = new AbortController();
      const limit = GRACE_MS + (block.length * BITS * 1000 * 2) / baudOf(config.link);
      if (heard < sent) await Promise.race([whole, clock.sleep(limit, AbortSignal.any([late.signal, signal])).catch(() => {})]);
      late.abort();
      signal.throwIfAborted();
      if (ended) throw ended;
    }
  } finally {
    line.divert = null;
  }
  let wrong = 0;
  for (let i = 0; i < heard; i += 1) if (back[i] !== wanted[i]) wrong += 1;
  const ok = heard === config.bytes && wrong === 0;
  const tookMs = Math.round(clock.monotonic() - began);
  return { ok, sent, back: heard, wrong, tookMs, words: words(sent, back.subarray(0, heard), wrong) };
}
