import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeptFacts } from '../../../core/gateway/kept-facts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-kept-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('has nothing at first, then what was written last, in one whole file', async () => {
  const kept = createKeptFacts(join(folder, 'inbox.json'));
  expect(await kept.read()).toEqual({});
  await kept.write({ 'ignored usb:1': '1' });
  await kept.write({ 'ignored usb:2': '1', 'first usb:2': '1767225600000' });
  expect(await createKeptFacts(join(folder, 'inbox.json')).read()).toEqual({
    'ignored usb:2': '1',
    'first usb:2': '1767225600000',
  });
  expect(await readdir(folder)).toEqual(['inbox.json']);
});

it('rejects what is no such file', async () => {
  for (const text of ['', '{', '[]', '{"a":1}']) {
    await writeFile(join(folder, 'inbox.json'), text);
    await expect(createKeptFacts(join(folder, 'inbox.json')).read(), text).rejects.toThrow();
  }
});
