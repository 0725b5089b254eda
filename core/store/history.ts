import type { Message } from '../contract/message.ts';
import type { TrendPoint } from '../contract/views.ts';

/**
 * Values over time for trends. A series is a topic, or topic + "/" + key: a payload that is a number, a string, a boolean or
 * `{"value": x, ...}` is one value of the series `topic`; another JSON object gives one value for each key that holds a number, a
 * boolean or a short string, with `values` as the place to look first (`{"values": {"lat": 1}}` is `<topic>/lat`).
 * Anything else is ignored and counted. Parsing happens in the store's thread.
 */
export interface History {
  /** Hands messages over; not durable to the last moment (a power cut may cost the last second). Rejects only with `store/*`. */
  record(messages: readonly Message[]): Promise<void>;
  trend(series: string, from: number, to: number, buckets: number): Promise<readonly TrendPoint[]>;
  /** Removes what is older than `keepDays` or beyond `maxRows`, in small steps. */
  setRetention(keepDays: number, maxRows: number): Promise<void>;
  /** Asked before each removal by age for the time now, in wall ms; null: not known, and only what is too many goes. */
  followTime(now: () => number | null): void;
  /** Moves the samples of this span (wall ms, both ends included) in time, in small steps; the span must not touch where they go. Gives how many. */
  move(from: number, to: number, byMs: number): Promise<number>;
}
