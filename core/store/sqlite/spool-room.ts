import { statfsSync, statSync } from 'node:fs';
import { type WholeRules, weightOf } from '../spool-rules.ts';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What a disk has; null where the system does not tell. */
export function spaceOf(dir: string): DiskSpace | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(dir);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Pages that a checkpoint will append to the file, and what its log may still grow to. */
export function bytesToCome(file: string, databaseBytes: number, walPages: number): number {
  const log = sizeOf(`${file}-wal`);
  return Math.max(0, databaseBytes - sizeOf(file)) + Math.max(0, walPages * 4096 - log);
}

export interface Room {
  /** Measured anew every half second, or after a megabyte. Returns the weight the spool may not pass, or null. */
  check(rules: WholeRules, held: { readonly count: number; readonly bytes: number }, comingBytes: number): number | null;
  short(): { readonly freeBytes: number; readonly roomBytes: number } | null;
}

export interface RoomDeps {
  readonly monotonic: () => number;
  /** Of the disk with the databases; null where it cannot be told. */
  readonly space: () => DiskSpace | null;
  /** What the database holds in pages that are free. */
  readonly freePageBytes: () => number;
  /** What the database will still take on the disk for what it holds already: its log that is not copied yet, and the log itself. */
  readonly comingBytes: () => number;
}

const EVERY_MS = 500;
const EVERY_BYTES = 1_048_576;
/** Where others have used the disk up, so much may still wait: what comes must pass through the spool to be sent at all. */
const LEAST_WEIGHT = 4 * EVERY_BYTES;

/** The room that is never used: the lesser of the share and the bytes. */
export const roomOf = (rules: WholeRules, totalBytes: number): number =>
  Math.min((totalBytes * rules.roomPercent) / 100, rules.roomBytes);

/**
 * Knows when the spool may not grow any more because the disk would have less than its room. Free pages of the database count as
 * free: the spool grows into them first. What may be written until the next
 * measurement counts as written. It may grow again when a tenth more than the room (and a megabyte) is free.
 */
export function createRoom(deps: RoomDeps): Room {
  let measuredAt = Number.NEGATIVE_INFINITY;
  let since = 0;
  let ceiling: number | null = null;
  let short: ReturnType<Room['short']> = null;
  function measure(rules: WholeRules, held: { count: number; bytes: number }, comingBytes: number): void {
    const space = deps.space();
    const roomBytes = space ? roomOf(rules, space.totalBytes) : 0;
    if (!space || roomBytes === 0) {
      ceiling = null;
      short = null;
      return;
    }
    const freeBytes = space.freeBytes;
    const usable = freeBytes + deps.freePageBytes() - deps.comingBytes();
    if (ceiling === null && usable - comingBytes - EVERY_BYTES < roomBytes) ceiling = Math.max(LEAST_WEIGHT, weightOf(held));
    else if (ceiling !== null && usable > roomBytes * 1.1 + 2 * EVERY_BYTES) ceiling = null;
    short = ceiling === null ? null : { freeBytes, roomBytes };
  }
  return {
    check(rules, held, comingBytes) {
      const now = deps.monotonic();
      since += comingBytes;
      if (now - measuredAt < EVERY_MS && since < EVERY_BYTES) return ceiling;
      measuredAt = now;
      since = 0;
      measure(rules, held, comingBytes);
      return ceiling;
    },
    short: () => short,
  };
}
