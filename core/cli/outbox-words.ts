import { byteSize, counted, duration } from '../base/words.ts';
import type { OutboxStreamView, StorageView } from '../contract/outbox-views.ts';

const HOUR_MS = 3_600_000;

type Limits = StorageView['limits'];

/** `7 d or 2 GB`; null where there is no limit. */
export function limitWords({ ageMs, bytes, messages }: Limits): string | null {
  const parts = [
    ageMs === null ? [] : [duration(ageMs)],
    bytes === null ? [] : [byteSize(bytes)],
    messages === null ? [] : [counted(messages, 'message')],
  ].flat();
  return parts.length === 0 ? null : parts.join(' or ');
}

/** What happens to a stream, in one sentence. A limit that the stream has not is the whole's. */
export function keptWords(row: OutboxStreamView, whole: Limits): string {
  const limits = limitWords({
    ageMs: row.limits.ageMs ?? whole.ageMs,
    bytes: row.limits.bytes ?? whole.bytes,
    messages: row.limits.messages ?? whole.messages,
  });
  const full = {
    'drop-oldest': 'then the oldest dropped',
    'reject-newest': 'then new ones refused',
    'thin-out': `then thinned out (one in ${row.keepEvery} of a topic stays)`,
  }[row.whenFull];
  const order = row.order === 'newest-first' ? 'newest first, order not kept' : 'order kept';
  return `Kept until delivered${limits === null ? '' : `, at most ${limits}, ${full}`}, ${order}, duplicates possible.`;
}

const METS: Readonly<Record<StorageView['fuel']['limitedBy'], string>> = {
  hours: 'limit in hours',
  bytes: 'limit in bytes',
  messages: 'limit in messages',
  disk: 'room on the disk',
  none: '',
};

/** The fuel gauge in words. */
export function fuelWords(fuel: StorageView['fuel']): string {
  const over =
    fuel.overHours >= 1 ? `the last ${Math.round(fuel.overHours)} h` : `the last ${Math.round(fuel.overHours * 60)} min`;
  const rate = `${counted(fuel.messagesPerHour, 'message')} and ${byteSize(fuel.bytesPerHour)} an hour over ${over}`;
  if (fuel.hours === null)
    return fuel.overHours < 1 / 60
      ? 'not known yet: the gateway has to watch the messages for a minute first'
      : `no limit in sight (${rate})`;
  const what = `${METS[fuel.limitedBy]}${fuel.limitedBy === 'disk' ? '' : ` of ${fuel.stream === null ? 'the whole' : `the stream ${fuel.stream}`}`}`;
  if (fuel.hours <= 0) return `none: the ${what} is met already`;
  return `${duration(fuel.hours * HOUR_MS)}, then the ${what} is met (${rate})`;
}

/** `12 expired, 3 limit`, or `none`. */
export function droppedWords(dropped: Readonly<Record<string, number>>): string {
  const parts = Object.entries(dropped).flatMap(([reason, count]) => (count > 0 ? [`${count} ${reason}`] : []));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

export function booksWords({ in: accepted, delivered, waiting, deadLettered, dropped, balanced }: StorageView['books']): string {
  const sum = `${accepted} in = ${delivered} delivered + ${waiting} waiting + ${deadLettered} refused + dropped (${droppedWords(dropped)})`;
  return balanced ? sum : `${sum}: DOES NOT BALANCE`;
}
