import { ERRORS } from '../../core/base/errors.ts';
import type { OutboxStreamView, StorageView } from '../../core/contract/outbox-views.ts';
import { formatBytes, formatCount, formatNumber } from './format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const UNITS = [
  { ms: YEAR, one: 'year', many: 'years' },
  { ms: DAY, one: 'day', many: 'days' },
  { ms: HOUR, one: 'hour', many: 'hours' },
  { ms: MINUTE, one: 'minute', many: 'minutes' },
] as const;

const counted = (count: number, one: string, many: string): string => `${formatCount(count)} ${count === 1 ? one : many}`;

/** A limit in time, in the largest unit that says it exactly: `7 days`, `36 hours`, `1 year`, `90 seconds`. */
export function limitSpan(ms: number): string {
  for (const unit of UNITS) {
    const count = ms / unit.ms;
    if (Number.isInteger(count) && count > 0) return counted(count, unit.one, unit.many);
  }
  const seconds = ms / 1000;
  return `${formatNumber(seconds)} ${seconds === 1 ? 'second' : 'seconds'}`;
}

/** About how long, rounded down, in the unit a person would choose: `41 days`, `31 hours`, `95 minutes`, `3 years`. */
export function aboutSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span >= 2 * YEAR) return counted(Math.floor(span / YEAR), 'year', 'years');
  if (span >= 2 * DAY) return counted(Math.floor(span / DAY), 'day', 'days');
  if (span >= 2 * HOUR) return counted(Math.floor(span / HOUR), 'hour', 'hours');
  return counted(Math.floor(span / MINUTE), 'minute', 'minutes');
}

/** Bytes as a limit is spoken of, without empty decimals: `2 GB`, `1.5 MB`. */
export const limitBytes = (bytes: number): string =>
  formatBytes(bytes).replace(/\.(\d*?)0+ /, (_all, kept: string) => (kept === '' ? ' ' : `.${kept} `));

const limitMessages = (count: number): string => counted(count, 'message', 'messages');

type Limits = OutboxStreamView['limits'];

/** `7 days, 2 GB or 10,000 messages`. */
const anyOf = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;

/** The limits in size: `2 GB`, `10,000 messages`. */
const sizeWords = (limits: Limits): readonly string[] => [
  ...(limits.bytes === null ? [] : [limitBytes(limits.bytes)]),
  ...(limits.messages === null ? [] : [limitMessages(limits.messages)]),
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

/** `2nd`, `3rd`, `10th`, `11th`, `21st`. */
export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${formatCount(n)}${ending}`;
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

const SHOWN: Readonly<Record<string, { readonly show: string }>> = ERRORS;

const REASONS: Readonly<Record<string, string>> = {
  expired: 'older than it is kept',
  limit: 'over a limit in size',
  thinned: 'thinned out',
  'disk-room': 'no room on the disk',
  damaged: 'lost in a damaged database',
  'dead-letter': 'refused by the far end',
  discarded: 'discarded by a person',
};

/** Why messages were not delivered, in words: one of ours, or what an error code stands for. */
export const reasonWords = (reason: string): string => REASONS[reason] ?? SHOWN[reason]?.show ?? reason;

/** How many were dropped, over all reasons. */
export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** `device:meter` as a technician says it. */
export function sourceWords(source: string): string {
  const at = source.indexOf(':');
  return at < 0 ? source : `${source.slice(0, at)} ${source.slice(at + 1)}`;
}
