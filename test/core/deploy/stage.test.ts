import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactFiles } from '../../../core/deploy/artifact-files.ts';
import { checkDocument } from '../../../core/deploy/check.ts';
import { codeFacts, codeRefs, hashVersion, packageOf, readCode } from '../../../core/deploy/read-code.ts';
import { createStage } from '../../../core/deploy/stage.ts';
import { documentOf, fromFile, inline, textOf } from './document-of.ts';
import { writePackage, zipOf } from './zips.ts';

let folder = '';
const artifacts = () => createArtifactFiles(join(folder, 'artifacts'));
const stage = () => createStage(join(folder, 'staged'), artifacts());
const file = (name: string) => ({ kind: 'file' as const, name, sha256: null });
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
    expect(
      await readCode(['a.mjs', 'lib/b.mjs', 'c.mjs'].map(file), folders, { 'a.mjs': 'old', 'c.mjs': 'old' }, artifacts()),
    ).toEqual({
      'a.mjs': 'one',
      'lib/b.mjs': 'deep',
      'c.mjs': 'old',
    });
  });

  it('names the file and the folders where it is nowhere', async () => {
    const missing = readCode([file('a.mjs')], [join(folder, 'x'), join(folder, 'y')], {}, artifacts());
    await expect(missing).rejects.toMatchObject({ code: 'document/unreadable', details: { file: 'a.mjs' } });
    await expect(missing).rejects.toThrow(join(folder, 'y'));
  });

  it('refuses a folder in the place of a file, and a file beyond 16 MB', async () => {
    await mkdir(join(folder, 'a.mjs'));
    await expect(readCode([file('a.mjs')], [folder], { 'a.mjs': 'old' }, artifacts())).rejects.toMatchObject({
      code: 'document/unreadable',
    });
    await writeFile(join(folder, 'big.mjs'), Buffer.alloc(16 * 1024 * 1024 + 1, 0x20));
    await expect(readCode([file('big.mjs')], [folder], {}, artifacts())).rejects.toThrow('larger than 16 MB');
  });

  it('asks for each file once', () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs'), fromFile('g', 'a.mjs'), inline('h', 'x')] });
    expect(codeRefs(document)).toEqual([file('a.mjs')]);
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
    const entries = await stage().bring(7, document, { 'lib/a.mjs': 'code' });
    const paths = [...entries].map(([name, { path }]) => [name, relative(join(folder, 'staged'), path)]);
    expect(paths.map(([name, path]) => `${name} ${path?.replace(/-[0-9a-f]{16}/, '-#')}`)).toEqual([
      'f f-#-v7/a.mjs',
      'g g-#-v7/index.mjs',
      'h h-#-v7/index.cjs',
    ]);
    expect(await readFile(entries.get('f')?.path ?? '', 'utf8')).toBe('code');
    expect(await readFile(join(entries.get('f')?.directory ?? '', 'package.json'), 'utf8')).toBe('{}\n');
    expect(entries.get('g')?.version).toBe(7);
  });

  it('leaves the file of an unchanged function alone; other code comes into another folder', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const [first] = (await stage().bring(1, document, { 'a.mjs': 'code' })).values();
    await utimes(first?.path ?? '', 1000, 1000);
    const [again] = (await stage().bring(2, document, { 'a.mjs': 'code' })).values();
    expect([again?.path, again?.version]).toEqual([first?.path, 1]);
    expect((await stat(first?.path ?? '')).mtimeMs).toBe(1_000_000);
    const [other] = (await stage().bring(3, document, { 'a.mjs': 'new code' })).values();
    expect(other?.directory).not.toBe(first?.directory);
  });

  it('mends a file that a power cut left half written', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const [first] = (await stage().bring(1, document, { 'a.mjs': 'code' })).values();
    await writeFile(first?.path ?? '', 'co');
    await stage().bring(1, document, { 'a.mjs': 'code' });
    expect(await readFile(first?.path ?? '', 'utf8')).toBe('code');
  });

  it('removes what no function uses, and does not mind that there was never anything', async () => {
    const document = documentOf({ functions: [fromFile('f', 'a.mjs')] });
    const old = await stage().bring(1, document, { 'a.mjs': 'old' });
    const now = await stage().bring(2, document, { 'a.mjs': 'new' });
    await stage().removeOthers(now);
    expect(await readdir(join(folder, 'staged'))).toHaveLength(1);
    await expect(readFile(old.get('f')?.path ?? '')).rejects.toThrow();
    expect(await readFile(now.get('f')?.path ?? '', 'utf8')).toBe('new');
    await expect(createStage(join(folder, 'never'), artifacts()).removeOthers(new Map())).resolves.toBeUndefined();
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
    await expect(readCode(codeRefs(document), [join(folder, 'code')], {}, artifacts())).rejects.toMatchObject({
      code: 'document/unreadable',
    });
  });
});

describe('packages', () => {
  const packaged = (more: object = {}) => ({ name: 'f', code: { zip: 'f.zip' }, handler: 'src/index.handler', ...more });

  it('unpacks a zip beside the document, finds the handler in it, and knows hash and size', async () => {
    const bytes = await zipOf({ 'src/index.cjs': 'exports.handler = 1;', 'node_modules/x/index.js': '' });
    await writePackage(join(folder, 'f.zip'), bytes);
    const document = documentOf({ functions: [packaged()] });
    const files = await readCode(codeRefs(document), [folder], {}, artifacts());
    const known = packageOf(files['f.zip'] ?? '');
    expect(known?.bytes).toBe(bytes.length);
    const [entry] = (await stage().bring(3, document, files)).values();
    expect(entry).toMatchObject({ version: 3, exportPath: ['handler'], ...known });
    expect(relative(entry?.directory ?? '', entry?.path ?? '')).toBe(join('src', 'index.cjs'));
    expect(await readFile(join(entry?.directory ?? '', 'node_modules/x/index.js'), 'utf8')).toBe('');
    expect(codeFacts({ zip: 'f.zip' }, files)).toEqual(known);
  });

  it('packs a folder, so that the same content is the same code', async () => {
    await mkdir(join(folder, 'one/f/lib'), { recursive: true });
    await writeFile(join(folder, 'one/f/lib/a.ts'), 'export const handler = 1;');
    const document = documentOf({ functions: [packaged({ code: { folder: 'f' }, handler: 'lib/a.handler' })] });
    const files = await readCode(codeRefs(document), [join(folder, 'one')], {}, artifacts());
    await mkdir(join(folder, 'two/f/lib'), { recursive: true });
    await writeFile(join(folder, 'two/f/lib/a.ts'), 'export const handler = 1;');
    await utimes(join(folder, 'two/f/lib/a.ts'), 1000, 1000);
    expect(await readCode(codeRefs(document), [join(folder, 'two')], {}, artifacts())).toEqual(files);
    const [entry] = (await stage().bring(1, document, files)).values();
    expect(relative(entry?.directory ?? '', entry?.path ?? '')).toBe(join('lib', 'a.ts'));
  });

  it('takes the package that runs where no folder has it, but not another one than the document names', async () => {
    await writePackage(join(folder, 'f.zip'), await zipOf({ 'index.js': '' }));
    const refs = codeRefs(documentOf({ functions: [packaged()] }));
    const files = await readCode(refs, [folder], {}, artifacts());
    expect(await readCode(refs, [], files, artifacts())).toEqual(files);
    const other = codeRefs(documentOf({ functions: [packaged({ code: { zip: 'f.zip', sha256: 'a'.repeat(64) } })] }));
    await expect(readCode(other, [], files, artifacts())).rejects.toMatchObject({ code: 'function/package-bad' });
    await expect(readCode(other, [folder], {}, artifacts())).rejects.toThrow('the document names aaaa');
  });

  it('does not unpack again what is whole, and mends what a power cut left short', async () => {
    await writePackage(join(folder, 'f.zip'), await zipOf({ 'src/index.js': 'text', 'lib/a.js': 'other' }));
    const document = documentOf({ functions: [packaged()] });
    const files = await readCode(codeRefs(document), [folder], {}, artifacts());
    const [entry] = (await stage().bring(1, document, files)).values();
    const directory = entry?.directory ?? '';
    await utimes(join(directory, 'lib/a.js'), 1000, 1000);
    await stage().bring(2, document, files);
    expect((await stat(join(directory, 'lib/a.js'))).mtimeMs).toBe(1_000_000);
    await writeFile(join(directory, 'src/index.js'), '');
    await stage().bring(2, document, files);
    expect(await readFile(join(directory, 'src/index.js'), 'utf8')).toBe('text');
  });

  it('goes on without a package that was lost: the function says it when it loads', async () => {
    const document = documentOf({ functions: [packaged(), inline('g', 'export {}')] });
    const files = { 'f.zip': `zip:${'b'.repeat(64)}:10` };
    await expect(stage().bring(1, document, files)).rejects.toMatchObject({ code: 'function/package-bad' });
    const told: string[] = [];
    const entries = await stage().bring(1, document, files, (name) => told.push(name));
    expect(told).toEqual(['f']);
    await expect(import(entries.get('f')?.path ?? '')).rejects.toThrow('The package bbbb');
    expect([...entries.keys()]).toEqual(['f', 'g']);
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
