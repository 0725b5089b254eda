import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TEMPLATES } from '../../../core/cli/commands/function-new.ts';
import { createArtifactFiles } from '../../../core/deploy/artifact-files.ts';
import { createCommand } from './run-command.ts';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const command = createCommand();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-project-'));
});
afterEach(async () => {
  command.endAll();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], input?: string) {
  const one = command.run(args, input === undefined ? {} : { input });
  const code = await one.code;
  return { code, out: one.out(), err: one.err() };
}
async function make(name: string, template = 'message'): Promise<string> {
  const path = join(folder, name);
  const made = await run(['function', 'new', name, '--dir', path, '--template', template]);
  expect([made.code, made.err.startsWith('Try it')]).toEqual([0, true]);
  return path;
}
const line = (topic: string, payload: string, at: number): string =>
  `${JSON.stringify({ id: at, at, topic, source: 'device:meter', payload: Buffer.from(payload).toString('base64'), truncated: false })}\n`;

// A process for each command: slow where the machine is busy.
describe('gatehouse function', { timeout: 120_000 }, () => {
  it.each(TEMPLATES)('makes the template %s, whose types are right and which runs on both isolations', async (template) => {
    const path = await make(`my-${template}`, template);
    // What `npm install` would bring there.
    await symlink(MODULES, join(path, 'node_modules'));
    const checked = spawnSync(join(MODULES, '.bin/tsc'), ['--noEmit', '-p', path], { encoding: 'utf8' });
    expect([checked.status, checked.stdout]).toEqual([0, '']);
    for (const isolation of ['thread', 'process']) {
      const args = ['function', 'run', path, '--event', join(path, 'events/sample.json'), '--isolation', isolation, '--json'];
      const { code, out, err } = await run(args);
      expect([code, err]).toEqual([0, '']);
      expect(JSON.parse(out)).toMatchObject({ functionError: '', statusCode: 200 });
    }
    expect((await run(['function', 'new', 'again', '--dir', path])).err).toContain('is not empty');
  });

  it('runs one event: result, log, publishes; a failure is exit code 1 in Lambda’s form', async () => {
    const path = await make('warner');
    const good = await run(['function', 'run', path, '-e', '-', '--topic', 'devices/a/t'], '{"value":90}');
    expect([good.code, good.out]).toEqual([0, '{"above":true}\n']);
    expect(good.err).toContain('-> alarms/warner {"topic":"devices/a/t","value":90,"limit":80,"unit":""}');
    const bad = await run(['function', 'run', path, '-e', '-'], '{}');
    expect([bad.code, JSON.parse(bad.out).errorType]).toEqual([1, 'TypeError']);
  });

  it('says what is wrong before it runs: a load fault, no handler, a wrong function.yaml, a topic that is not allowed', async () => {
    const path = await make('warner');
    await writeFile(join(path, 'broken.ts'), 'export const handler = ;\n');
    const broken = await run(['function', 'run', path, '--handler', 'broken.handler']);
    expect([broken.code, broken.err.includes('broken.ts')]).toEqual([1, true]);
    const none = await run(['function', 'run', path, '--handler', 'nothing.handler']);
    expect([none.code, none.err.includes('looked for nothing.js')]).toEqual([2, true]);
    await writeFile(
      join(path, 'loud.mjs'),
      "import { publish } from 'gatehouse'; export const handler = () => publish('other/topic', 1);\n",
    );
    const wild = await run(['function', 'run', path, '--topic', 'a/#']);
    expect([wild.code, wild.err.includes('cannot be published to')]).toEqual([1, true]);
    const away = await run(['function', 'run', path, '--event', join(path, 'none.json')]);
    expect([away.code, away.err]).toEqual([2, expect.stringContaining('none.json cannot be read: ENOENT')]);
    const denied = await run(['function', 'run', path, '--handler', 'loud.handler']);
    expect([denied.code, denied.out.includes('other/topic')]).toEqual([1, true]);
    await appendFile(join(path, 'function.yaml'), 'timeout: 3\n');
    const wrong = await run(['function', 'run', path]);
    expect([wrong.code, wrong.err.includes('function.yaml: timeout')]).toEqual([2, true]);
  });

  it('runs one file, and gives it secrets for this run only', async () => {
    const path = join(folder, 'one.cjs');
    await writeFile(
      path,
      "const { secret, state } = require('gatehouse'); exports.handler = async () => { await state.set('a', 1); return secret('db'); };",
    );
    await writeFile(join(folder, 'secrets.json'), '{"db":"word"}');
    const denied = await run(['function', 'run', path, '--secrets', join(folder, 'secrets.json')]);
    expect([denied.code, denied.out.includes('secrets')]).toEqual([1, true]);
    await mkdir(join(folder, 'fn'));
    await cp(path, join(folder, 'fn/index.cjs'));
    await writeFile(join(folder, 'fn/function.json'), '{"name":"fn","handler":"index.handler","permissions":{"secrets":["db"]}}');
    const given = await run(['function', 'run', join(folder, 'fn'), '--secrets', join(folder, 'secrets.json')]);
    expect([given.code, given.out]).toEqual([0, '"word"\n']);
  });

  it('packages a folder: the same bytes each time, with the hashes of all, and as the gateway takes it', async () => {
    const path = await make('warner');
    const first = await run(['function', 'package', path]);
    expect(first.code).toBe(0);
    const zip = await readFile(join(path, 'warner.zip'));
    const facts = JSON.parse(await readFile(join(path, 'warner.zip.json'), 'utf8'));
    const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(facts).toMatchObject({ name: 'warner', handler: 'index.handler', sha256: sha(zip), packageLock: null });
    expect(facts.files['index.ts']).toBe(sha(await readFile(join(path, 'index.ts'))));
    expect(first.out).toContain(`code: { zip: warner.zip, sha256: ${facts.sha256} }`);
    await writeFile(join(path, 'warner.zip.new'), 'left by a crash');
    const there = join(folder, 'made/for it');
    await run(['function', 'package', path, '--out', there]);
    expect(await readFile(join(there, 'warner.zip'))).toEqual(zip);
    const unwritable = await run(['function', 'package', path, '--out', join(path, 'index.ts')]);
    expect([unwritable.code, unwritable.err]).toEqual([2, expect.stringContaining('cannot be written')]);
    const artifacts = createArtifactFiles(join(folder, 'artifacts'));
    expect((await artifacts.put(join(path, 'warner.zip'), facts.sha256)).bytes).toBe(zip.length);
    expect(await artifacts.putFolder(path)).toEqual({ hash: facts.sha256, bytes: zip.length });
  });

  it('refuses dependencies without a lock file or other than it names; leaves out what is for development', async () => {
    const path = await make('warner');
    const packages = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', dev: true },
      'node_modules/c': { version: '3.0.0', optional: true },
    };
    for (const name of ['a', 'b']) {
      await mkdir(join(path, 'node_modules', name), { recursive: true });
      const version = name === 'a' ? '1.0.0' : '2.0.0';
      await writeFile(join(path, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }));
    }
    await writeFile(join(path, 'package.json'), JSON.stringify({ type: 'module', dependencies: { a: '^1.0.0' } }));
    const unlocked = await run(['function', 'package', path]);
    expect([unlocked.code, unlocked.err.includes('no package-lock.json')]).toEqual([1, true]);
    await writeFile(join(path, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
    expect((await run(['function', 'package', path])).code).toBe(0);
    const names = Object.keys(JSON.parse(await readFile(join(path, 'warner.zip.json'), 'utf8')).files);
    expect(names.filter((name) => name.startsWith('node_modules'))).toEqual(['node_modules/a/package.json']);
    await rm(join(path, 'warner.zip'));
    await writeFile(join(path, 'node_modules/a/package.json'), '{"version":"1.0.1"}');
    const other = await run(['function', 'package', path]);
    expect([other.code, other.err.includes('node_modules/a is 1.0.1, package-lock.json names 1.0.0')]).toEqual([1, true]);
    expect((await readdir(path)).filter((name) => name.includes('.zip'))).toEqual(['warner.zip.json']);
  });

  it('replays a recording once; only what the filter takes, failures are exit code 1', async () => {
    const path = await make('warner');
    const recording = join(folder, 'rec.jsonl');
    await writeFile(
      recording,
      line('devices/a/t', '{"value":90}', 1) + line('other/t', '{"value":91}', 2) + line('devices/a/t', '{"value":1}', 3),
    );
    const good = await run(['function', 'dev', path, '--recording', recording, '--once', '--json']);
    const rows = good.out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(rows.filter((row) => row.kind === 'event').map((row) => row.topic)).toEqual(['devices/a/t', 'devices/a/t']);
    expect(rows.filter((row) => row.kind === 'published')).toHaveLength(1);
    expect(good.code).toBe(0);
    await appendFile(recording, line('devices/a/t', '{}', 4));
    expect((await run(['function', 'dev', path, '--recording', recording, '--once'])).code).toBe(1);
    await appendFile(recording, 'garbage\n');
    const wrong = await run(['function', 'dev', path, '--recording', recording, '--once']);
    expect([wrong.code, wrong.err.includes('rec.jsonl, line 5')]).toEqual([2, true]);
  });

  it('loads the function again when its files change, and goes on with what ran while they are broken', async () => {
    const path = await make('warner');
    const recording = join(folder, 'rec.jsonl');
    await writeFile(recording, line('devices/a/t', '{"value":90}', 1));
    const one = command.run(['function', 'dev', path, '--recording', recording]);
    await expect.poll(one.err, { timeout: 60_000 }).toContain('The recording is over.');
    await writeFile(join(path, 'index.ts'), 'export const handler = ;\n');
    await expect.poll(one.out, { timeout: 60_000 }).toContain('Not loaded: ');
    await writeFile(
      join(path, 'index.ts'),
      "import { publish } from 'gatehouse';\nexport const handler = () => publish('alarms/warner', 'second');\n",
    );
    await expect.poll(one.out, { timeout: 60_000 }).toContain('-> alarms/warner second');
    one.child.kill('SIGINT');
    expect(await one.code).toBe(0);
  });
});
