import type { Chance } from './chance.ts';

/** A page of our databases, and what a flash disk loses at least. */
export const BLOCK_BYTES = 4096;
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + BLOCK_BYTES;
/** Behind damage, so that a frame can be checked again and a commit and one more frame follow. */
const COMMITS_BEHIND = 8;

/**
 * How many bytes of a write-ahead log (SQLite's file format, section 4) can be damaged so that the gateway must notice: behind them it
 * goes on with commits. Damage to the last commit alone is what a power cut leaves behind, and nobody can tell the two apart.
 */
export function certainBytes(log: Buffer): number {
  const salt = log.subarray(16, 24);
  const commits: number[] = [];
  for (let at = HEADER_BYTES; at + FRAME_BYTES <= log.length; at += FRAME_BYTES) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    if (log.readUInt32BE(at + 4) !== 0) commits.push(at);
  }
  return commits.at(-COMMITS_BEHIND) ?? 0;
}

/** Turns so many bits among the first `bytes` of the content. Returns the bytes they are in. */
export function damageBits(content: Buffer, bytes: number, count: number, chance: Chance): readonly number[] {
  return Array.from({ length: bytes > 0 ? count : 0 }, () => {
    const at = chance.int(0, bytes - 1);
    content[at] = (content[at] ?? 0) ^ (1 << chance.int(0, 7));
    return at;
  });
}

/** Overwrites so many of the first `blocks` blocks with zeros or noise. Returns where they begin. */
export function damageBlocks(content: Buffer, blocks: number, count: number, chance: Chance, zeros: boolean): readonly number[] {
  return Array.from({ length: blocks > 0 ? count : 0 }, () => {
    const at = chance.int(0, blocks - 1) * BLOCK_BYTES;
    for (let word = at; word < at + BLOCK_BYTES; word += 4) content.writeUInt32LE(zeros ? 0 : chance.int(0, 0xffff_ffff), word);
    return at;
  });
}
