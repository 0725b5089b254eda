import { readdirSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { removeTree } from '../../../core/functions/remove-tree.ts';
import { createScratch, type Scratch } from '../../../core/functions/scratch.ts';
import { until } from '../../fakes/functions/rig.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const MB = 1024 * 1024;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-scratch-'));
});
afterEach(() => removeTree(root));

function scratchOf(limitMb: number) {
  const clock = createManualClock();
  const records: LogRecord[] = [];
  const hub = createLogHub({ clock }, { keep: 1, level: 'debug' });
  hub.onRecord((record) => records.push(record));
  const full: number[] = [];
  const scratch = createScratch(
    { clock, log: hub.logger('test'), onFull: (bytes) => void full.push(bytes) },
    { root, name: 'alarm', version: '4', limitMb },
  );
  /** Lets it look once: the disk answers when it likes. */
  const look = async (done: () => boolean): Promise<void> => {
    await clock.advance(1000);
    await until('a look', done);
  };
  return { scratch, full, records, look };
}
const names = async ({ directory }: Scratch): Promise<string[]> => (await readdir(directory)).sort();

describe('scratch space', () => {
  it('begins empty, whatever lay there', async () => {
    const { scratch } = scratchOf(1);
    await mkdir(scratch.directory, { recursive: true });
    await writeFile(join(scratch.directory, 'old'), 'x');
    await scratch.start();
    expect(await names(scratch)).toEqual([]);
    await scratch.stop();
    await expect(access(scratch.directory)).rejects.toThrow(/ENOENT/);
  });

  it('counts what folders in it hold as well, and leaves what is within the limit', async () => {
    const { scratch, full, look } = scratchOf(1);
    await scratch.start();
    await mkdir(join(scratch.directory, 'a/b'), { recursive: true });
    await writeFile(join(scratch.directory, 'a/b/file'), Buffer.alloc(MB / 2));
    await look(() => scratch.bytes > MB / 2);
    expect(scratch.bytes).toBeLessThan(MB);
    expect(full).toEqual([]);
    expect(await names(scratch)).toEqual(['a']);
    await scratch.stop();
  });

  /** A folder whose deepest one is below more letters than a path may have. */
  async function tooDeep(at: string): Promise<void> {
    const deep = join(...Array.from({ length: 15 }, () => 'd'.repeat(200)));
    await mkdir(join(at, 'one', deep), { recursive: true });
    await mkdir(join(at, 'two', deep), { recursive: true });
    await rename(join(at, 'two'), join(at, 'one', deep, 'two'));
  }

  it('is full where it cannot be looked into, and is empty then, with nothing left', async () => {
    const { scratch, full, look } = scratchOf(1);
    await scratch.start();
    await tooDeep(scratch.directory);
    await look(() => full.length > 0);
    await until('only it is left', () => readdirSync(join(root, 'alarm')).join() === '4');
    expect(await names(scratch)).toEqual([]);
    await scratch.stop();
    expect(await readdir(join(root, 'alarm'))).toEqual([]);
  });

  it('goes as a whole when it ends, whatever is in it', async () => {
    const { scratch } = scratchOf(1);
    await scratch.start();
    await tooDeep(scratch.directory);
    await scratch.stop();
    expect(await readdir(join(root, 'alarm'))).toEqual([]);
  });

  it('tells that it is full and is empty then', async () => {
    const { scratch, full, look } = scratchOf(1);
    await scratch.start();
    await writeFile(join(scratch.directory, 'large'), Buffer.alloc(2 * MB));
    await look(() => full.length === 1);
    expect(full[0]).toBeGreaterThan(MB);
    let left = ['?'];
    for (let tries = 100; left.length > 0 && tries > 0; tries -= 1) left = await names(scratch).catch(() => ['?']);
    expect(left).toEqual([]);
    await scratch.stop();
  });

  it('counts empty files too, so that a heap of them is noticed', async () => {
    const { scratch, full, look } = scratchOf(1);
    await scratch.start();
    for (let i = 0; i < 300; i += 1) await writeFile(join(scratch.directory, `f${i}`), '');
    await look(() => full.length === 1);
    await scratch.stop();
  });

  it('does not follow links', async () => {
    const { scratch, full, look } = scratchOf(1);
    await scratch.start();
    const outside = join(root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'large'), Buffer.alloc(2 * MB));
    await symlink(outside, join(scratch.directory, 'link'));
    await symlink(join(outside, 'large'), join(scratch.directory, 'file'));
    await look(() => scratch.bytes > 0);
    expect(scratch.bytes).toBeLessThan(MB / 2);
    expect(full).toEqual([]);
    await scratch.stop();
    expect(await readdir(outside)).toEqual(['large']);
  });

  it('says that it cannot be looked at, and goes on', async () => {
    const { scratch, records, look } = scratchOf(1);
    await scratch.start();
    await rm(scratch.directory, { recursive: true });
    await look(() => records.length === 1);
    expect(records[0]?.event).toBe('function.scratch-failed');
    await mkdir(scratch.directory);
    await writeFile(join(scratch.directory, 'a'), 'x');
    await look(() => scratch.bytes > 0);
    await scratch.stop();
  });
});
