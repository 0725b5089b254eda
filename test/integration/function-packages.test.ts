import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writePackage, zipOf } from '../core/deploy/zips.ts';
import { type SiteGateway, startSiteGateway } from '../fakes/functions/site-gateway.ts';

let dir = '';
let site: SiteGateway;

async function start(): Promise<void> {
  site = await startSiteGateway(dir);
}
const invoke = async (name: string): Promise<unknown> => {
  const { payload } = await site.client.call('function.invoke', { name, payload: '', topic: 'a/b' });
  return JSON.parse(Buffer.from(payload, 'base64').toString());
};
/** Answers with what it found of its own files: a module beside it, one of its node_modules, a text that it reads. */
const packaged = (version: string) => ({
  'src/api.ts': [
    "import { readFileSync } from 'node:fs';",
    "import unit from 'unit';",
    "import { twice } from './lib/twice.js';",
    'interface Result { readonly twice: number; readonly unit: string; readonly text: string; readonly version: string }',
    'export const orders = { create: async (): Promise<Result> => ({',
    `  twice: twice(21), unit, text: readFileSync(new URL('../data.txt', import.meta.url), 'utf8'), version: '${version}' }) };`,
  ].join('\n'),
  'src/lib/twice.ts': 'export const twice = (n: number): number => n * 2;\n',
  'node_modules/unit/package.json': '{"name":"unit","version":"1.0.0","main":"index.js"}',
  'node_modules/unit/index.js': "module.exports = 'degC';\n",
  'data.txt': 'from a file',
});
const answer = (version: string) => ({ twice: 42, unit: 'degC', text: 'from a file', version });
const spec = { handler: 'src/api.orders.create', timeoutMs: 20_000 };
const DOCUMENT = {
  schema: 'gatehouse/1',
  name: 'packages',
  functions: [
    { name: 'in-process', code: { zip: 'pack/f.zip' }, isolation: 'process', ...spec },
    { name: 'in-thread', code: { zip: 'pack/f.zip' }, ...spec },
    { name: 'from-folder', code: { folder: 'folder' }, ...spec },
  ],
};

async function writeFolder(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, 'folder', name)), { recursive: true });
    await writeFile(join(dir, 'folder', name), text);
  }
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-packages-'));
  await writePackage(join(dir, 'pack/f.zip'), await zipOf(packaged('one')));
  await writeFolder(packaged('one'));
  await writeFile(join(dir, 'site.json'), JSON.stringify(DOCUMENT));
  await start();
});
afterEach(async () => {
  await site.stop();
  await rm(dir, { recursive: true, force: true });
});

it('runs a zip and a folder with their own modules, in a thread and in a process, also after a restart without them', async () => {
  const names = ['in-process', 'in-thread', 'from-folder'];
  for (const name of names) expect(await invoke(name)).toEqual(answer('one'));
  await site.stop();
  await rm(join(dir, 'pack'), { recursive: true });
  await rm(join(dir, 'folder'), { recursive: true });
  await rm(join(dir, 'data/code'), { recursive: true });
  await start();
  for (const name of names) expect(await invoke(name)).toEqual(answer('one'));
});

it('takes a new package of the same name, and keeps the one before to go back to', async () => {
  await writePackage(join(dir, 'data/functions/pack/f.zip'), await zipOf(packaged('two')));
  await cp(join(dir, 'folder'), join(dir, 'data/functions/folder'), { recursive: true });
  const changed = { ...DOCUMENT, description: 'with another package' };
  await site.client.call('deployment.apply', { text: JSON.stringify(changed), basedOn: null, note: '' });
  expect(await invoke('in-process')).toEqual(answer('two'));
  expect(await invoke('from-folder')).toEqual(answer('one'));
  await site.client.call('deployment.apply', { text: await readFile(join(dir, 'site.json'), 'utf8'), basedOn: null, note: '' });
  expect(await invoke('in-process')).toEqual(answer('one'));
  expect((await readdir(join(dir, 'data/artifacts'))).length).toBeGreaterThanOrEqual(2);
});

it('refuses a damaged package as a whole: what ran goes on', async () => {
  const bytes = await zipOf({ ...packaged('two'), 'data.txt': 'x' });
  bytes.write('y', bytes.indexOf('data.txtx') + 'data.txt'.length);
  await writePackage(join(dir, 'data/functions/pack/f.zip'), bytes);
  const changed = { ...DOCUMENT, description: 'damaged', functions: DOCUMENT.functions.slice(0, 2) };
  const applied = site.client.call('deployment.apply', { text: JSON.stringify(changed), basedOn: null, note: '' });
  await expect(applied).rejects.toMatchObject({ code: 'function/package-bad' });
  for (const name of ['in-process', 'from-folder']) expect(await invoke(name)).toEqual(answer('one'));
});
