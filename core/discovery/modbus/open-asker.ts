import { busOptions, characterMs, type Framing, frameBytes, framerFor } from '../../adapters/modbus/line-timing.ts';
import type { Clock } from '../../base/clock.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import type { Lines } from '../../transports/ports/lines.ts';
import { type Asker, createAsker } from './asker.ts';

/** Bytes of a read's question: function, address, count. */
const QUESTION_BYTES = 5;

/** Time that a read of so many registers and its answer take on this line; nothing where it has no speed of its own. */
export const exchangeMs = (link: LinkConfig, framing: Framing, registers: number): number =>
  characterMs(link) * (frameBytes(framing, QUESTION_BYTES) + frameBytes(framing, 2 + 2 * registers));

/** At least 3.5 characters (serial line V1.02, 2.5.1.1); USB adapters need a little more to be silent. */
const gapOf = (link: LinkConfig): number => (characterMs(link) === 0 ? 0 : Math.max(4, 3.5 * characterMs(link)));

/** Opens a line that is claimed and asks on it. Rejects with `link/*`, or the signal's reason. */
export async function openAsker(
  deps: { readonly clock: Clock; readonly lines: Lines },
  where: { readonly link: LinkConfig; readonly framing: Framing; readonly claim: Claim },
  signal: AbortSignal,
): Promise<Asker> {
  const link = await deps.lines.openClaimed(where.link, where.claim, signal);
  const { numbered, silenceMs } = busOptions(where.framing, where.link);
  const options = { numbered, silenceMs, gapMs: gapOf(where.link) };
  return createAsker({ clock: deps.clock, link, framer: framerFor(where.framing) }, options);
}
