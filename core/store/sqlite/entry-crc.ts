import { crc32 } from 'node:zlib';
import type { FlatMessage } from './packing.ts';

/** What the checksum of a spool row covers: the message and its place, without its boot, monotonic time, hops, trace and ages. */
export interface CheckedEntry extends Pick<FlatMessage, 'topic' | 'payload' | 'flags' | 'source' | 'sequence' | 'wallMs'> {
  readonly id: number;
  readonly custody: number;
}

const numbers = new Float64Array(5);
const words = new Uint32Array(numbers.buffer);

/** The part of the checksum that the texts give; whoever writes many rows of the same texts keeps it. */
export const textsCrc = (topic: string, source: string): number => crc32(source, crc32(topic));

/** As `entryCrc`, with the texts' part made already. */
export function entryCrcOf(
  texts: number,
  payload: Uint8Array,
  id: number,
  custody: number,
  flags: number,
  sequence: number,
  wallMs: number,
): number {
  numbers[0] = id;
  numbers[1] = custody;
  numbers[2] = flags;
  numbers[3] = sequence;
  numbers[4] = wallMs;
  // each step can be undone, so that no single change is lost: a multiplication by an odd number, and a turn of the bits
  let seed = texts | 0;
  for (let index = 0; index < words.length; index += 1) {
    seed = Math.imul(seed ^ (words[index] ?? 0), 0x9e3779b1);
    seed = (seed << 13) | (seed >>> 19);
  }
  return crc32(payload, seed >>> 0);
}

/** Checksum over a row of the spool. SQLite keeps none of its pages: without it a flipped bit in a payload would be delivered. */
export const entryCrc = (entry: CheckedEntry): number =>
  entryCrcOf(
    textsCrc(entry.topic, entry.source),
    entry.payload,
    entry.id,
    entry.custody,
    entry.flags,
    entry.sequence,
    entry.wallMs,
  );
