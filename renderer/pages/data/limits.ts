import type { OutboxStreamView, StorageView } from '../../../core/contract/outbox-views.ts';
import { limits as text } from '../../text/data.ts';

const HOUR = 3_600_000;
const MEGA = 1_000_000;
const LEAST_BYTES = 1024;
/** What a message takes on the disk beside its payload. */
const ROW_BYTES = 200;
const LEAST_HOURS = 0.001;
const MOST_HOURS = 87_600;

/** What came in an hour, over the last day. */
export interface Rate {
  readonly messagesPerHour: number;
  readonly bytesPerHour: number;
}

/** A limit as it is sent to the gateway; null is none. */
export interface Kept {
  readonly hours: number | null;
  readonly bytes: number | null;
  readonly messages: number | null;
}

/** The three fields as they are typed. */
export interface Typed {
  readonly hours: string;
  readonly bytes: string;
  readonly messages: string;
}

export type Field =
  | { readonly value: number | null; readonly error?: undefined }
  | { readonly value: null; readonly error: string };

/** The sum of all streams' rates; null while none is known. */
export function rateOf(streams: readonly OutboxStreamView[]): Rate | null {
  const known = streams.flatMap((one) => (one.lastDay ? [one.lastDay] : []));
  if (known.length === 0) return null;
  return {
    messagesPerHour: known.reduce((sum, one) => sum + one.messagesPerHour, 0),
    bytesPerHour: known.reduce((sum, one) => sum + one.bytesPerHour, 0),
  };
}

/** Thousands set apart with commas, as the console shows them. */
const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

/** A number as people type it: comma or point, blanks or commas between thousands. Null when it is none. */
function numberOf(typed: string): number | null {
  const together = typed.replaceAll(/\s/g, '');
  const plain = GROUPED.test(together) ? together.replaceAll(',', '') : together.replace(',', '.');
  return /^\d*\.?\d+$|^\d+\.$/.test(plain) ? Number(plain) : null;
}

function read(typed: string, check: (value: number) => string | null, notNumber: string, scale = 1): Field {
  if (typed.trim() === '') return { value: null };
  const number = numberOf(typed);
  if (number === null) return { value: null, error: notNumber };
  const error = check(number * scale);
  return error === null ? { value: number * scale } : { value: null, error };
}

/** What the fields mean, each with its mistake in the words of who typed it. */
export function readFields(typed: Typed): { readonly hours: Field; readonly bytes: Field; readonly messages: Field } {
  const { faults } = text;
  const bytes = read(typed.bytes, (n) => (n < LEAST_BYTES ? faults.bytesLeast : null), faults.bytesNumber, MEGA);
  return {
    hours: read(
      typed.hours,
      (n) => (n < LEAST_HOURS ? faults.hoursLeast : n > MOST_HOURS ? faults.hoursMost : null),
      faults.hoursNumber,
    ),
    bytes: bytes.value === null ? bytes : { value: Math.round(bytes.value) },
    messages: read(
      typed.messages,
      (n) => (!Number.isInteger(n) ? faults.messagesNumber : n < 1 ? faults.messagesLeast : null),
      faults.messagesNumber,
    ),
  };
}

const plain = (value: number | null, scale = 1, decimals = 6): string =>
  value === null ? '' : String(Number((value / scale).toFixed(decimals)));

/** The limits of now as they stand in the fields. */
export const typedOf = (limits: StorageView['limits']): Typed => ({
  hours: plain(limits.ageMs, HOUR),
  bytes: plain(limits.bytes, MEGA, 3),
  messages: plain(limits.messages),
});

/** Bytes as they are typed into the field. */
export const typedBytes = (bytes: number): string => plain(Math.ceil(bytes / 1000) * 1000, MEGA);

/** So many bytes and messages come in so many hours. */
export const takenIn = (hours: number, rate: Rate): { readonly bytes: number; readonly messages: number } => ({
  bytes: Math.ceil(hours * rate.bytesPerHour),
  messages: Math.ceil(hours * rate.messagesPerHour),
});

/** After so many hours this size is full; null when nothing comes in. */
export const hoursOf = (size: number, perHour: number): number | null => (perHour > 0 ? size / perHour : null);

export interface Consequence {
  /** Set where the disk has less room than these limits may take. */
  readonly disk: { readonly needs: number; readonly room: number } | null;
  /** About how many of the messages that wait now are over the new size. */
  readonly over: number;
  readonly overAge: boolean;
}

/** What new limits would mean for what waits now, and for the disk. */
export function consequenceOf(
  kept: Kept,
  now: { readonly count: number; readonly bytes: number; readonly oldestAgeMs: number | null },
  rate: Rate | null,
  disk: StorageView['disk'],
): Consequence {
  const byTime = kept.hours === null || rate === null ? null : takenIn(kept.hours, rate).bytes;
  const most = byTime === null ? kept.bytes : kept.bytes === null ? byTime : Math.min(byTime, kept.bytes);
  const payload = most === null ? 0 : Math.max(0, most - now.bytes);
  const perByte = rate !== null && rate.bytesPerHour > 0 ? rate.messagesPerHour / rate.bytesPerHour : 0;
  const needs = Math.ceil(payload * (1 + perByte * ROW_BYTES));
  const room = disk.freeBytes === null ? null : Math.max(0, disk.freeBytes - disk.roomBytes);
  const overBytes =
    kept.bytes === null || now.bytes <= kept.bytes ? 0 : Math.ceil(((now.bytes - kept.bytes) / now.bytes) * now.count);
  const overCount = kept.messages === null ? 0 : Math.max(0, now.count - kept.messages);
  return {
    disk: room !== null && needs > room ? { needs, room } : null,
    over: Math.max(overBytes, overCount),
    overAge: kept.hours !== null && now.oldestAgeMs !== null && now.oldestAgeMs > kept.hours * HOUR,
  };
}
