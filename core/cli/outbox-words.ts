import { byteSize, counted, duration } from '../base/words.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import { reasonWords } from '../contract/outbox-words.ts';

const HOUR_MS = 3_600_000;

const METS: Readonly<Record<StorageView['fuel']['limitedBy'], string>> = {
  hours: 'limit in hours',
  bytes: 'limit in bytes',
  messages: 'limit in messages',
  disk: 'room on the disk',
  none: '',
};

/** How long the outbox lasts by its limits. */
function gaugeWords(fuel: StorageView['fuel']): string {
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

/** What is dropped sooner, because its subscription says so. */
function expiringWords([first, ...others]: StorageView['fuel']['expiring']): string {
  if (!first) return '';
  const more = others.length === 0 ? '' : `, and of ${others.length} more later`;
  return `; messages of the subscription ${first.subscription} are dropped after ${duration(first.hours * HOUR_MS)} (expireAfterS)${more}`;
}

/** The fuel gauge in words. */
export const fuelWords = (fuel: StorageView['fuel']): string => `${gaugeWords(fuel)}${expiringWords(fuel.expiring)}`;

/** `12 too old to be kept, 3 over a limit in size`, or `none`. */
export function droppedWords(dropped: Readonly<Record<string, number>>): string {
  const parts = Object.entries(dropped).flatMap(([reason, count]) => (count > 0 ? [`${count} ${reasonWords(reason)}`] : []));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

export function booksWords({ in: accepted, delivered, waiting, deadLettered, dropped, balanced }: StorageView['books']): string {
  const sum = `${accepted} in = ${delivered} delivered + ${waiting} waiting + ${deadLettered} refused + dropped (${droppedWords(dropped)})`;
  return balanced ? sum : `${sum}: DOES NOT BALANCE`;
}
