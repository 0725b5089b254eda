import { flows, hops, traces as text } from '../../text/flows.ts';
import { formatMillis, formatPercent } from '../../text/format.ts';
import type { Open, Timeline } from './timeline.ts';

/** A step's time as people read it: `340 µs`, `4.2 ms`, `1.25 s`. */
export const formatMicros = (us: number): string => (us < 1000 ? `${Math.round(us)} µs` : formatMillis(us / 1000));

/** Where the time went, in one sentence. */
export function whereTimeWent(timeline: Timeline): string {
  const { longest, totalUs } = timeline;
  if (!longest) return text.noTime;
  return text.mostTime(
    formatMicros(totalUs),
    formatMicros(longest.us),
    formatPercent(longest.share * 100),
    hops[longest.kind].took,
  );
}

/** What is still outstanding, in words. */
export function outstanding(open: Open): string {
  switch (open.kind) {
    case 'cloud':
      return text.waitsCloud;
    case 'acknowledgement':
      return text.waitsAck;
    case 'function':
      return text.waitsFunction(placeName(open.place));
    case 'queue':
      return text.waitsQueue(open.place, placeName(open.target));
  }
}

const KINDS: Readonly<Record<string, string>> = flows.kinds;

/** A place as it is called on the screen: `device:meter` is `meter`, `cloud` is `Cloud`. */
export const placeName = (place: string): string => KINDS[place] ?? place.replace(/^(device|function):/, '');
