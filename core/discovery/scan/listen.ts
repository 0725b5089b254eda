import type { Clock } from '../../base/clock.ts';
import type { LineTry } from '../../contract/commission-views.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import type { Lines } from '../../transports/ports/lines.ts';
import { linkFor, tryWords } from '../modbus/line-words.ts';
import { findAsciiFrames, findRtuFrames, type OverheardFrame } from './find-frames.ts';

/** What passive listening gave. `line`: the settings at which sound frames were heard, if any were. */
export interface Overheard {
  readonly bytes: number;
  readonly frames: number;
  readonly words: string;
  readonly line: LineTry | null;
  /** Units that answered somebody. */
  readonly units: readonly number[];
  /** Another master asks on this line. */
  readonly master: boolean;
}

/** One frame may be chance. */
const ENOUGH_FRAMES = 2;
const MAX_BYTES = 16_384;
/** A line on which nothing at all was heard for this share of the time is silent at every speed. */
const FIRST_SHARE = 0.4;
const MAX_LINES = 8;

export interface ListenDeps {
  readonly clock: Clock;
  readonly lines: Lines;
}

async function hearBytes(deps: ListenDeps, link: LinkConfig, claim: Claim, ms: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const open = await deps.lines.openClaimed(link, claim, signal);
  const stop = open.onData((chunk) => {
    if (length >= MAX_BYTES) return;
    chunks.push(Uint8Array.from(chunk));
    length += chunk.length;
  });
  try {
    await deps.clock.sleep(ms, signal);
  } finally {
    stop();
    await open.close();
  }
  return Buffer.concat(chunks);
}

function judge(frames: readonly OverheardFrame[], bytes: number, line: LineTry, link: LinkConfig): Overheard {
  const answered = frames.filter(({ role }) => role === 'answer');
  const units = [...new Set(answered.map(({ unit }) => unit))].filter((unit) => unit > 0).sort((a, b) => a - b);
  const master = frames.some(({ role }) => role === 'request');
  const who = master ? 'Another master asks on this line' : 'Somebody answers on this line';
  const words = `${who}: ${frames.length} sound frames ${tryWords(line, link)}.`;
  return { bytes, frames: frames.length, words, line, units, master };
}

const silent = (bytes: number): Overheard => ({
  bytes,
  frames: 0,
  words:
    bytes === 0
      ? 'The line is silent: no other master is on it.'
      : `${bytes} bytes were heard, but no Modbus frames at any of these settings.`,
  line: null,
  units: [],
  master: false,
});

/**
 * Listens without sending a byte: at the first of the lines for a while and, where anything was heard, at the others too, until sound frames
 * come. Rejects with `link/*`, or the signal's reason.
 */
export async function listenFirst(
  deps: ListenDeps,
  where: { readonly link: LinkConfig; readonly claim: Claim; readonly lines: readonly LineTry[]; readonly listenMs: number },
  onTry: (line: LineTry) => void,
  signal: AbortSignal,
): Promise<Overheard> {
  const { link, claim, listenMs } = where;
  // On ASCII lines a wrong framing hears the same bytes: what counts is the speed.
  const lines = where.lines.filter(({ framing }) => framing !== 'tcp').slice(0, MAX_LINES);
  if (lines.length === 0 || listenMs === 0) return { ...silent(0), words: 'Not listened.' };
  let bytes = 0;
  for (const [i, line] of lines.entries()) {
    onTry(line);
    const share = lines.length === 1 ? 1 : i === 0 ? FIRST_SHARE : (1 - FIRST_SHARE) / (lines.length - 1);
    const heard = await hearBytes(deps, linkFor(link, line), claim, listenMs * share, signal);
    bytes += heard.length;
    if (i === 0 && heard.length === 0) break;
    const frames = line.framing === 'ascii' ? findAsciiFrames(heard) : findRtuFrames(heard);
    if (frames.length >= ENOUGH_FRAMES) return judge(frames, bytes, line, link);
  }
  return silent(bytes);
}
