import type { LogLine } from './protocol.ts';

const MAX_LINE = 8192;

/**
 * Keeps a function that logs in a loop from drowning the log: `perSecond` lines pass, one says that the rest of the second is left
 * out, and the first line of a later second is preceded by one that tells how many that were. Lines over 8 KB are cut.
 */
export function createLineLimit(perSecond: number, monotonic: () => number): (line: LogLine) => readonly LogLine[] {
  let since = monotonic();
  let count = 0;
  return ([level, text]) => {
    const now = monotonic();
    const out: LogLine[] = [];
    if (now - since >= 1000) {
      if (count > perSecond) out.push(['warn', `${count - perSecond} more lines were left out: over ${perSecond} a second`]);
      since = now;
      count = 0;
    }
    count += 1;
    if (count > perSecond + 1) return out;
    if (count > perSecond) return [...out, ['warn', `more lines of this second are left out: over ${perSecond} a second`]];
    out.push([level, text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}... (cut)` : text]);
    return out;
  };
}
