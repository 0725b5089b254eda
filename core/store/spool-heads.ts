import type { LostRange } from './spool-gaps.ts';

/** What the policies need to know of an entry. */
export interface Head {
  readonly id: number;
  readonly bytes: number;
  readonly source: string;
  readonly custody: number;
  readonly topic: string;
  readonly wallMs: number;
  readonly keptMs: number;
}

/** The entries themselves, wherever they are. */
export interface SpoolRows {
  /** At most `limit` entries of a stream from this id on, rising. */
  heads(stream: number, from: number, limit: number): readonly Head[];
  /** Entries whose own expiry has passed, of any stream, those due first. */
  due(steadyMs: number, limit: number): readonly Head[];
  /** Entries of one stream, ids rising. */
  remove(heads: readonly Head[]): void;
  /** Explains numbers that will not be delivered. */
  lose(ranges: readonly LostRange[], reason: string): void;
}
