import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactFiles } from '../../../core/deploy/artifact-files.ts';
import { listZip, unpackZip } from '../../../core/deploy/zip-read.ts';
import { writePackage, zipOf } from './zips.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-zip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const CENTRAL = Buffer.from('PK\x01\x02', 'latin1');

/** Writes a number into the central header of the first file. */
function patched(zip: Buffer, offset: number, value: number, size: 2 | 4): Buffer {
  const copy = Buffer.from(zip);
  const at = copy.indexOf(CENTRAL) + offset;
  if (size === 2) copy.writeUInt16LE(value, at);
  else copy.writeUInt32LE(value >>> 0, at);
  return copy;
}
function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}
const mode = (zip: Buffer, bits: number): Buffer => patched(zip, 38, bits << 16, 4);

async function refusal(bytes: Buffer): Promise<string> {
  const path = join(folder, 'bad.zip');
  await writePackage(path, bytes);
  const target = join(folder, 'out');
  await mkdir(target, { recursive: true });
  return unpackZip(path, target).then(
    () => 'taken',
    (cause: { code: string; message: string }) => `${cause.code}: ${cause.message}`,
  );
}

describe('a hostile package', () => {
  it.each([
    ['a name that leads above', 'AA/x', '../x'],
    ['a name that leads above from within', 'a/AA/x', 'a/../x'],
    ['an absolute name', 'Atmp/x', '/tmp/x'],
    ['a name with a drive', 'AA/x', 'C:/x'],
    ['a name with a backslash', 'aAx', 'a\\x'],
    ['a name with a line end', 'aAx', 'a\nx'],
    ['a name with a zero', 'aAx', 'a\0x'],
  ])('with %s is refused', async (_what, from, to) => {
    const name = from.padEnd(to.length, 'x');
    expect(await refusal(renamed(await zipOf({ [name]: 'text' }), name, to.padEnd(name.length, 'x')))).toMatch(
      /^function\/package-bad: /,
    );
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  it('with a symbolic link, a device or a pipe is refused', async () => {
    const zip = await zipOf({ link: '/etc/passwd' });
    for (const bits of [0o120777, 0o020666, 0o010666]) expect(await refusal(mode(zip, bits))).toContain('is not a plain file');
    expect(await refusal(mode(zip, 0o100644))).toBe('taken');
  });

  it('with a name twice, or a file that is a folder too, is refused', async () => {
    expect(await refusal(renamed(await zipOf({ aa: '1', ab: '2' }), 'ab', 'aa'))).toContain('"aa" is in it twice');
    expect(await refusal(renamed(await zipOf({ ab: '1', 'aa/x': '2' }), 'ab', 'aa'))).toContain('"aa" is a file and a folder');
  });

  it('with a flipped byte is refused, packed or not', async () => {
    const text = Buffer.from('export const handler = () => 1;\n'.repeat(20));
    const packed = await zipOf({ 'index.mjs': text });
    const flipped = Buffer.from(packed);
    const at = flipped.indexOf('index.mjs') + 9 + 10;
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
    expect(await refusal(flipped)).toMatch(/^function\/package-bad/);
    const stored = await zipOf({ a: 'x' });
    const changed = Buffer.from(stored);
    changed.write('y', changed.indexOf('x'));
    expect(await refusal(changed)).toContain('its check sum is wrong');
  });

  it('that is cut off anywhere is refused', async () => {
    const zip = await zipOf({ 'index.mjs': 'export {};'.repeat(50), 'lib/a.js': 'text' });
    for (let length = 0; length < zip.length; length += 7) expect(await refusal(zip.subarray(0, length))).not.toBe('taken');
  });

  it('that unpacks to more than it says, or says more than 250 MB, is refused', async () => {
    const bomb = await zipOf({ bomb: Buffer.alloc(8 * 1_048_576) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refusal(patched(bomb, 24, 100, 4))).toMatch(/^function\/package-bad/);
    expect((await stat(join(folder, 'out', 'bomb')).catch(() => ({ size: 0 }))).size).toBeLessThan(1_048_576);
    expect(await refusal(patched(bomb, 24, 251 * 1_048_576, 4))).toContain('more than 250 MB');
  });

  it('with a secret or an unknown method is refused', async () => {
    const zip = await zipOf({ a: 'x'.repeat(100) });
    expect(await refusal(patched(zip, 8, 1, 2))).toContain('is encrypted');
    expect(await refusal(patched(zip, 10, 12, 2))).toContain('packed by a method');
  });

  it('of any bytes is refused or taken, and never writes beside its folder', async () => {
    const zip = await zipOf({ 'index.mjs': 'export {};'.repeat(50), 'lib/a.js': 'text' });
    const change = fc.tuple(fc.nat(zip.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const copy = Buffer.from(zip);
        for (const [at, byte] of changes) copy.writeUInt8(byte, at);
        expect(await refusal(copy)).toMatch(/^(taken|function\/package-bad: )/);
        await rm(join(folder, 'out'), { recursive: true });
        expect(await readdir(folder)).toEqual(['bad.zip']);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a package', () => {
  it('comes out as it went in, with folders, empty files and other alphabets', async () => {
    const files = {
      'index.mjs': 'export {};'.repeat(50),
      'node_modules/x/ä 文.txt': 'text',
      'empty.txt': '',
      'bytes.bin': Buffer.from([0, 255]),
    };
    const path = join(folder, 'a.zip');
    await writePackage(path, await zipOf(files));
    await unpackZip(path, join(folder, 'out'));
    for (const [name, content] of Object.entries(files))
      expect(await readFile(join(folder, 'out', name))).toEqual(Buffer.from(content));
    expect((await listZip(path)).map((one) => one.name)).toEqual(Object.keys(files).sort());
  });
});

describe('the artifacts', () => {
  const store = () => createArtifactFiles(join(folder, 'artifacts'));
  async function makeFolder(name: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(join(path, 'node_modules/.bin'), { recursive: true });
    await mkdir(join(path, '.git'));
    await writeFile(join(path, '.git/HEAD'), 'ref');
    await writeFile(join(path, 'index.mjs'), 'export {};');
    await writeFile(join(path, 'tool.sh'), '#!/bin/sh\n');
    await chmod(join(path, 'tool.sh'), 0o755);
    await symlink('../../index.mjs', join(path, 'node_modules/.bin/x'));
    return path;
  }

  it('names equal folders equally, leaves out what is no code, and keeps what may be run', async () => {
    const first = await store().putFolder(await makeFolder('one'));
    expect(await store().putFolder(await makeFolder('two'))).toEqual(first);
    expect(await store().names(first.hash)).toEqual(['index.mjs', 'tool.sh']);
    await store().unpack(first.hash, join(folder, 'out'));
    expect((await stat(join(folder, 'out/tool.sh'))).mode & 0o111).not.toBe(0);
    expect((await stat(join(folder, 'out/index.mjs'))).mode & 0o111).toBe(0);
    await writeFile(join(folder, 'two/index.mjs'), 'export { };');
    expect((await store().putFolder(join(folder, 'two'))).hash).not.toBe(first.hash);
  });

  it('refuses a folder with a symbolic link, without files, or that is not there; nothing is left of it', async () => {
    const path = await makeFolder('one');
    await symlink('/etc/passwd', join(path, 'link'));
    await mkdir(join(folder, 'empty'));
    await expect(store().putFolder(path)).rejects.toThrow('is a symbolic link');
    await expect(store().putFolder(join(folder, 'empty'))).rejects.toThrow('is empty');
    await expect(store().putFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'function/package-bad' });
    expect(await readdir(join(folder, 'artifacts')).catch(() => [])).toEqual([]);
  });

  it('refuses another package than is expected, no zip and no file; nothing is left of it', async () => {
    const path = join(folder, 'a.zip');
    await writePackage(path, await zipOf({ 'index.mjs': '' }));
    const { hash } = await store().put(path, null);
    expect((await store().put(path, hash)).hash).toBe(hash);
    await expect(store().put(path, 'f'.repeat(64))).rejects.toThrow(`its SHA-256 is ${hash}`);
    await writeFile(path, 'not a zip');
    await expect(store().put(path, null)).rejects.toThrow(`The package ${path} cannot be used`);
    await expect(store().put(join(folder, 'none.zip'), null)).rejects.toMatchObject({ code: 'function/package-bad' });
    expect(await readdir(join(folder, 'artifacts'))).toEqual([`${hash}.zip`]);
  });

  it('does not unpack what was changed on the disk, and leaves what was unpacked before', async () => {
    const { hash } = await store().putFolder(await makeFolder('one'));
    await store().unpack(hash, join(folder, 'out'));
    const path = join(folder, 'artifacts', `${hash}.zip`);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(45) ^ 1, 45);
    await writeFile(path, bytes);
    await expect(store().unpack(hash, join(folder, 'out'))).rejects.toThrow('was changed on the disk');
    expect(await readFile(join(folder, 'out/index.mjs'), 'utf8')).toBe('export {};');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('removes what nobody names, and what was left half written', async () => {
    const kept = await store().putFolder(await makeFolder('one'));
    await writePackage(join(folder, 'a.zip'), await zipOf({ 'index.mjs': '' }));
    await store().put(join(folder, 'a.zip'), null);
    await writeFile(join(folder, 'artifacts/.new-1'), 'half');
    await writeFile(join(folder, 'artifacts/README'), 'not ours');
    await store().keepOnly(new Set([kept.hash]));
    expect((await readdir(join(folder, 'artifacts'))).sort()).toEqual([`${kept.hash}.zip`, 'README'].sort());
    await expect(createArtifactFiles(join(folder, 'never')).keepOnly(new Set())).resolves.toBeUndefined();
  });
});
