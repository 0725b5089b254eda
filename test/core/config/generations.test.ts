import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGenerations, writeGeneration } from '../../../core/config/generations.ts';
import { keepSettings } from '../../../core/config/keep-settings.ts';
import { saveSetting } from '../../../core/config/save-settings.ts';
import { loadSettings, readSettings, settingsPath } from '../../../core/config/settings.ts';

const DECILES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99];
const cut = (file: string, percent: number): void => {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, Math.floor((bytes.length * percent) / 100)));
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gh-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a value in two generations', () => {
  const newest = () => readGenerations(folder, 'x').newest?.value;

  it('gives the newest one, from either file', async () => {
    expect(readGenerations(folder, 'x')).toEqual({ newest: null, torn: [] });
    for (const value of ['one', 'two', 'three', 'four']) {
      await writeGeneration(folder, 'x', value);
      expect(readGenerations(folder, 'x')).toMatchObject({ newest: { value }, torn: [] });
    }
    expect(readdirSync(folder).sort()).toEqual(['x.a', 'x.b']);
  });

  it('does not write what is there already', async () => {
    await writeGeneration(folder, 'x', 'one');
    await writeGeneration(folder, 'x', 'one');
    expect(readGenerations(folder, 'x').newest).toEqual({ generation: 1, value: 'one' });
    expect(existsSync(join(folder, 'x.b'))).toBe(false);
  });

  it.each(DECILES)('falls back to the one before when the newest is cut at %i %%, and mends itself', async (percent) => {
    await writeGeneration(folder, 'x', 'old');
    await writeGeneration(folder, 'x', 'new');
    cut(join(folder, 'x.b'), percent);
    expect(readGenerations(folder, 'x')).toEqual({ newest: { generation: 1, value: 'old' }, torn: [join(folder, 'x.b')] });
    await writeGeneration(folder, 'x', 'newer');
    expect(readGenerations(folder, 'x')).toEqual({ newest: { generation: 2, value: 'newer' }, torn: [] });
  });

  it('is not fooled by a flipped bit anywhere', async () => {
    await writeGeneration(folder, 'x', 'old value');
    await writeGeneration(folder, 'x', 'new value');
    const sound = readFileSync(join(folder, 'x.b'));
    for (let at = 0; at < sound.length; at += 1) {
      const bytes = Uint8Array.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ 0x04;
      writeFileSync(join(folder, 'x.b'), bytes);
      expect(newest(), `byte ${at}`).toBe('old value');
    }
  });

  it('has the value before where the power went between writing and renaming', async () => {
    await writeGeneration(folder, 'x', 'old');
    writeFileSync(join(folder, 'x.b.new'), '{"generation":2,"sha');
    expect(newest()).toBe('old');
    await writeGeneration(folder, 'x', 'new');
    expect(newest()).toBe('new');
  });

  it('knows nothing when both are torn', async () => {
    await writeGeneration(folder, 'x', 'a');
    await writeGeneration(folder, 'x', 'b');
    for (const name of ['x.a', 'x.b']) writeFileSync(join(folder, name), '\0'.repeat(100));
    expect(readGenerations(folder, 'x')).toMatchObject({ newest: null, torn: [expect.any(String), expect.any(String)] });
  });
});

describe('torn settings', () => {
  const sound = '{"gatewayName":"mill","log":{"level":"warn"}}';
  const path = (): string => settingsPath(folder);
  const start = async (): Promise<string | null> => keepSettings(folder, readSettings(folder), 0);
  const aside = (): string[] => readdirSync(folder).filter((name) => name.includes('.torn'));

  it.each(DECILES)('cut at %i %% give the last good ones, and the torn file is kept', async (percent) => {
    writeFileSync(path(), sound);
    expect(await start()).toBeNull();
    cut(path(), percent);
    const torn = readFileSync(path(), 'utf8');
    expect(loadSettings(folder).gatewayName).toBe('mill');
    const loaded = readSettings(folder);
    expect(loaded.torn).toMatchObject({ code: 'config/torn', message: expect.stringContaining(path()) });
    const kept = await keepSettings(folder, loaded, 0);
    expect(kept).toBe(`${path()}.torn-1970-01-01T00-00-00-000Z`);
    expect(readFileSync(kept ?? '', 'utf8')).toBe(torn);
    expect(readFileSync(path(), 'utf8')).toBe(sound);
    expect(readSettings(folder)).toMatchObject({ torn: null, settings: { gatewayName: 'mill' } });
  });

  it('of NUL bytes, as some file systems leave them, give the last good ones', async () => {
    writeFileSync(path(), sound);
    await start();
    writeFileSync(path(), '\0'.repeat(sound.length));
    expect(readSettings(folder)).toMatchObject({ torn: { code: 'config/torn' }, settings: { log: { level: 'warn' } } });
  });

  it('without any good ones before are refused', () => {
    writeFileSync(path(), sound.slice(0, 20));
    expect(() => readSettings(folder)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });

  it('that are whole but wrong are refused, and never become the last good ones', async () => {
    writeFileSync(path(), sound);
    await start();
    writeFileSync(path(), '{"gatewayName":7}');
    expect(() => readSettings(folder)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
    expect(JSON.parse(readGenerations(join(folder, 'kept'), 'settings').newest?.value ?? '')).toMatchObject({
      gatewayName: 'mill',
    });
  });

  it('follow what a person edits', async () => {
    for (const name of ['one', 'two', 'three']) {
      writeFileSync(path(), JSON.stringify({ gatewayName: name }));
      await start();
    }
    cut(path(), 50);
    expect(loadSettings(folder).gatewayName).toBe('three');
  });

  it('are not written on by saving a part: the last good ones are, and the torn file is kept', async () => {
    await saveSetting(folder, 'gatewayName', 'mill');
    cut(path(), 60);
    await saveSetting(folder, 'log', { level: 'error' });
    expect(loadSettings(folder)).toMatchObject({ gatewayName: 'mill', log: { level: 'error' } });
    expect(aside()).toHaveLength(1);
  });

  it('are never gone for a moment while the good ones take their place', async () => {
    await saveSetting(folder, 'gatewayName', 'mill');
    cut(path(), 60);
    mkdirSync(`${path()}.new`); // in the way of the writing, as a power cut is
    await expect(keepSettings(folder, readSettings(folder), 0)).rejects.toThrow();
    expect(loadSettings(folder).gatewayName).toBe('mill');
    await expect(saveSetting(folder, 'log', { level: 'error' })).rejects.toThrow();
    expect(loadSettings(folder).gatewayName).toBe('mill');
  });

  it('that cannot be read are not overwritten by saving a part', async () => {
    symlinkSync(path(), path());
    await expect(saveSetting(folder, 'gatewayName', 'mill')).rejects.toMatchObject({ code: 'ELOOP' });
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
  });

  it('of which only the temporary file was written are those before', async () => {
    await saveSetting(folder, 'gatewayName', 'mill');
    writeFileSync(`${path()}.new`, '{"gatewayName":"ot');
    expect(readSettings(folder)).toMatchObject({ torn: null, settings: { gatewayName: 'mill' } });
    await saveSetting(folder, 'gatewayName', 'other');
    expect(loadSettings(folder).gatewayName).toBe('other');
  });

  it('that a person removed are all defaults again', async () => {
    writeFileSync(path(), sound);
    await start();
    rmSync(path());
    expect(readSettings(folder)).toMatchObject({ text: null, torn: null, settings: { gatewayName: 'Gatehouse' } });
    expect(await start()).toBeNull();
  });
});
