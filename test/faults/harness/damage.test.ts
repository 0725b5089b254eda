import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { BLOCK_BYTES, certainBytes, damageBits, damageBlocks } from './damage.ts';

const FRAME_BYTES = 24 + BLOCK_BYTES;

/** The log of a database after so many commits of one page each. */
function logOf(commits: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-damage-'));
  const db = new Sqlite(join(folder, 'x.db'));
  try {
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (a)');
    db.pragma('wal_checkpoint(TRUNCATE)');
    for (let n = 0; n < commits; n += 1) db.prepare('INSERT INTO t VALUES (?)').run(n);
    return readFileSync(join(folder, 'x.db-wal'));
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}

it('leaves eight commits of a log alone, and a short log altogether', () => {
  expect(certainBytes(logOf(20))).toBe(32 + 12 * FRAME_BYTES);
  expect(certainBytes(logOf(7))).toBe(0);
  expect(certainBytes(Buffer.alloc(0))).toBe(0);
});

it('does not count what an older round of the log left behind', () => {
  const log = logOf(20);
  log.fill(7, 32 + 10 * FRAME_BYTES);
  expect(certainBytes(log)).toBe(32 + 2 * FRAME_BYTES);
});

it('damages so many places within the bounds and nothing else, the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 4 }), (seed, count) => {
      for (const bits of [true, false]) {
        const made = [1, 2].map(() => {
          const content = Buffer.alloc(10 * BLOCK_BYTES, 5);
          const chance = createChance(seed);
          if (bits) damageBits(content, 3 * BLOCK_BYTES, count, chance);
          else damageBlocks(content, 3, count, chance, false);
          return content;
        });
        const [one, other] = made;
        expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
        const changed = [...(one ?? [])].flatMap((byte, at) => (byte === 5 ? [] : [at]));
        expect(Math.max(...changed)).toBeLessThan(3 * BLOCK_BYTES);
        // An even number of turns of one bit is none; noise is now and then what was there.
        if (bits) expect(changed.length).toBeLessThanOrEqual(count);
        else expect(changed.length).toBeGreaterThan(BLOCK_BYTES / 2);
      }
    }),
    { numRuns: 20 },
  );
});

it('damages nothing where there is nothing', () => {
  const content = Buffer.alloc(BLOCK_BYTES, 5);
  expect(damageBits(content, 0, 3, createChance(1))).toEqual([]);
  expect(damageBlocks(content, 0, 3, createChance(1), true)).toEqual([]);
  expect(content.every((byte) => byte === 5)).toBe(true);
});
