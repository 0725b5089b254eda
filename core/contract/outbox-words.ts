import { ERRORS } from '../base/errors.ts';
import { inUnit } from '../base/words.ts';
import type { OutboxStreamView, StorageView } from './outbox-views.ts';

/** What the outbox promises and why messages are lost, in the same words wherever a person reads them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { ms: 365 * DAY, name: 'year' },
  { ms: DAY, name: 'day' },
  { ms: HOUR, name: 'hour' },
  { ms: MINUTE, name: 'minute' },
] as const;

const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 });
const counted = (count: number, what: string): string => `${numbers.format(count)} ${what}${count === 1 ? '' : 's'}`;

/** A limit in time, in the largest unit that says it exactly: `7 days`, `36 hours`, `1 year`, `90 seconds`. */
export function limitSpan(ms: number): string {
  for (const unit of UNITS) {
    const count = ms / unit.ms;
    if (Number.isInteger(count) && count > 0) return counted(count, unit.name);
  }
  return counted(ms / 1000, 'second');
}

/** Bytes as a limit is spoken of, three digits without empty decimals: `2 GB`, `8.59 GB`. */
export function limitBytes(bytes: number): string {
  const [value, unit] = inUnit(bytes, 999.5);
  return `${numbers.format(value >= 1000 ? Math.round(value) : Number(value.toPrecision(3)))} ${unit}`;
}

/** `2nd`, `3rd`, `10th`, `11th`, `21st`. */
export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${numbers.format(n)}${ending}`;
}

type Limits = OutboxStreamView['limits'];

/** `7 days, 2 GB or 10,000 messages`. */
const anyOf = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;

const sizeWords = (limits: Limits): readonly string[] => [
  ...(limits.bytes === null ? [] : [limitBytes(limits.bytes)]),
  ...(limits.messages === null ? [] : [counted(limits.messages, 'message')]),
];

/** What is over a limit in size; the age limit always drops the oldest, whatever the policy. */
function whenFullWords(whenFull: StorageView['whenFull'], keepEvery: number | null): string {
  switch (whenFull) {
    case 'drop-oldest':
      return 'then oldest dropped';
    case 'drop-lowest':
      return 'then the oldest of the lowest priority dropped';
    case 'reject-newest':
      return 'then new messages are refused and devices keep them';
    case 'thin-out':
      return keepEvery === null
        ? 'then thinned out, stream by stream'
        : `then thinned out to every ${ordinal(keepEvery)} message of a topic`;
  }
}

/** `at most 7 days or 2 GB, then oldest dropped`; empty where there is no limit at all. */
function boundWords(limits: Limits, whenFull: StorageView['whenFull'], keepEvery: number | null): string {
  const age = limits.ageMs === null ? '' : limitSpan(limits.ageMs);
  const sizes = sizeWords(limits);
  if (sizes.length === 0) return age === '' ? '' : `at most ${age}, then oldest dropped`;
  const then = whenFullWords(whenFull, keepEvery);
  if (age === '') return `at most ${anyOf(sizes)}, ${then}`;
  if (whenFull === 'drop-oldest') return `at most ${anyOf([age, ...sizes])}, ${then}`;
  return `at most ${anyOf([`${age} (older ones are dropped)`, ...sizes])}, ${then}`;
}

/** The part of a stream's row that its promise is made from. */
export type Promised = Pick<OutboxStreamView, 'limits' | 'whenFull' | 'keepEvery' | 'order' | 'batched'>;

/** What a stream promises, in one sentence. */
export function streamPromise(stream: Promised): string {
  const bound = boundWords(stream.limits, stream.whenFull, stream.keepEvery) || 'within the outbox’s limits';
  const order = stream.order === 'newest-first' ? 'order not kept' : stream.batched ? 'order kept per topic' : 'order kept';
  return `Kept until delivered, ${bound}, ${order}, duplicates possible.`;
}

/** What the outbox as a whole promises, in one sentence. */
export function outboxPromise(storage: Pick<StorageView, 'limits' | 'whenFull'>): string {
  const bound = boundWords(storage.limits, storage.whenFull, null);
  if (bound === '') return `Kept until delivered, as long as the disk has room, ${whenFullWords(storage.whenFull, null)}.`;
  return `Kept until delivered, all streams together ${bound}.`;
}

/** What a full stream has refused; null: nothing. */
export const refusedWords = (count: number): string | null =>
  count === 0 ? null : `Refused ${counted(count, 'message')} since the start, as it was full; repeats count.`;

const SHOWN: Readonly<Record<string, { readonly show: string }>> = ERRORS;

/** They stand after a count (`12 too old to be kept`) and after a colon (`Not delivered: no room on the disk`). */
const REASONS: Readonly<Record<string, string>> = {
  expired: 'too old to be kept',
  limit: 'over a limit in size',
  thinned: 'thinned out, as a limit was reached',
  'disk-room': 'no room on the disk',
  damaged: 'lost in a damaged database',
  'dead-letter': 'refused by the far end for good',
  discarded: 'discarded by a person',
};

/** Why messages were not delivered, in words: one of ours, or what an error code stands for. */
export const reasonWords = (reason: string): string => REASONS[reason] ?? SHOWN[reason]?.show ?? reason;
