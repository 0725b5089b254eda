import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';
import { codeFiles, hashVersion, readCode, stageCode, unstageOthers } from '../../../core/deploy/stage.ts';
import { documentOf, fromFile, inline, textOf } from './document-of.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-stage-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('reading code', () => {
  it('takes the first folder that has the file, else the version that runs', async () => {
    await mkdir(join(folder, 'one/lib'), { recursive: true });
    await mkdir(join(folder, 'two/lib'), { recursive: true });
    await writeFile(join(folder, 'one/a.mjs'), 'one');
    await writeFile(join(folder, 'two/a.mjs'), 'two');
    await writeFile(join(folder, 'two/lib/b.mjs'), 'deep');
    const folders = [join(folder, 'none'), join(folder, 'one'), join(folder, 'two')];
    expect(await readCode(['a.mjs', 'lib/b.mjs', 'c.mjs'], folders, { 'a.mjs': 'old', 'c.mjs': 'old' })).toEqual({
      'a.mjs': 'one',
      'lib/b.mjs': 'deep',
      'c.mjs': 'old',
    });
  });

  it('names the file and the folders where it is nowhere', async () => {
    const missing = readCode(['a.mjs'], [join(folder, 'x'), join(folder, 'y')], {});
    await expect(missing).rejects.toMatchObject({ code: 'document/unreadable', details: { file: 'a.mjs' } });
    await expect(missing).rejects.toThrow(join(folder, 'y'));
  });

  it('refuses a folder in the place of a file, and a file beyond 16 MB', async () => {
    await mkdir(join(folder, 'a.mjs'));
    await expect(readCode(['a.mjs'], [folder], { 'a.mjs': 'old' })).rejects.toMatchObject({ code: 'document/unreadable' });
    await writeFile(join(folder, 'big.mjs'), Buffer.alloc(16 * 1024 * 1024 + 1, 0x20));
    await expect(readCode(['big.mjs'], [folder], {})).rejects.toThrow('larger than 16 MB');
  });

  it('asks for each file once', () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs'), fromFile('g', 'a.mjs'), inline('h', 'x')] });
    expect(codeFiles(document)).toEqual(['a.mjs']);
  });
});

describe('staging', () => {
  it('writes each function into a folder of its own that follows from its content', async () => {
    const document = documentOf({
      functions: [
        fromFile('f', 'lib/a.mjs'),
        inline('g', 'export {}'),
        inline('h', '1', { code: { inline: '1', format: 'commonjs' } }),
      ],
    });
    const entries = await stageCode(folder, 7, document, { 'lib/a.mjs': 'code' });
    const paths = [...entries].map(([name, { path }]) => [name, relative(folder, path)]);
    expect(paths.map(([name, path]) => `${name} ${path?.replace(/-[0-9a-f]{16}/, '-#')}`)).toEqual([
      'f f-#/a.mjs',
      'g g-#/index.mjs',
      'h h-#/index.cjs',
    ]);
    expect(await readFile(entries.get('f')?.path ?? '', 'utf8')).toBe('code');
    expect(await readFile(join(entries.get('f')?.directory ?? '', 'package.json'), 'utf8')).toBe('{}\n');
    expect(entries.get('g')?.version).toBe(7);
  });

  it('leaves the file of an unchanged function alone; other code comes into another folder', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const [first] = (await stageCode(folder, 1, document, { 'a.mjs': 'code' })).values();
    await utimes(first?.path ?? '', 1000, 1000);
    const [again] = (await stageCode(folder, 2, document, { 'a.mjs': 'code' })).values();
    expect(again?.path).toBe(first?.path);
    expect((await stat(first?.path ?? '')).mtimeMs).toBe(1_000_000);
    const [other] = (await stageCode(folder, 3, document, { 'a.mjs': 'new code' })).values();
    expect(other?.directory).not.toBe(first?.directory);
  });

  it('mends a file that a power cut left half written', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const [first] = (await stageCode(folder, 1, document, { 'a.mjs': 'code' })).values();
    await writeFile(first?.path ?? '', 'co');
    await stageCode(folder, 1, document, { 'a.mjs': 'code' });
    expect(await readFile(first?.path ?? '', 'utf8')).toBe('code');
  });

  it('removes what no function uses, and does not mind that there was never anything', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const old = await stageCode(folder, 1, document, { 'a.mjs': 'old' });
    const now = await stageCode(folder, 2, document, { 'a.mjs': 'new' });
    await unstageOthers(folder, now);
    expect(await readdir(folder)).toHaveLength(1);
    await expect(readFile(old.get('f')?.path ?? '')).rejects.toThrow();
    expect(await readFile(now.get('f')?.path ?? '', 'utf8')).toBe('new');
    await expect(unstageOthers(join(folder, 'never'), new Map())).resolves.toBeUndefined();
  });

  it.each(['../a.mjs', 'x/../../a.mjs', '..\\a.mjs', 'C:\\a.mjs', 'a.mjs\u0000', '/../a.mjs', 'a..mjs/../b.mjs'])(
    'cannot be led outside by the file name %j',
    (file) => {
      expect(checkDocument(textOf({ functions: [fromFile('f', file)] })).ok).toBe(false);
    },
  );

  it('reads an absolute name below the folders only', async () => {
    const outside = join(folder, 'secret.mjs');
    await writeFile(outside, 'secret');
    const document = documentOf({ functions: [fromFile('f', outside)] });
    await mkdir(join(folder, 'code'));
    await expect(readCode(codeFiles(document), [join(folder, 'code')], {})).rejects.toMatchObject({
      code: 'document/unreadable',
    });
  });
});

describe('hashVersion', () => {
  it('follows text, file names and contents, not the order of files', () => {
    const hash = hashVersion('t', { a: '1', b: '2' });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashVersion('t', { b: '2', a: '1' })).toBe(hash);
    expect(
      new Set([
        hash,
        hashVersion('u', { a: '1', b: '2' }),
        hashVersion('t', { a: '1', c: '2' }),
        hashVersion('t', { a: '1', b: '3' }),
      ]).size,
    ).toBe(4);
  });
});
