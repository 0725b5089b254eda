import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createArtifactFiles } from '../../../core/deploy/artifact-files.ts';
import { createDeployEngine, type DeployEngine } from '../../../core/deploy/engine.ts';
import type { FunctionEntry } from '../../../core/deploy/stage.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryDocuments, type MemoryDocuments } from '../../fakes/memory-documents.ts';
import { device, fromFile, inline, textOf } from './document-of.ts';
import { writePackage, zipOf } from './zips.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-deploy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const by = { by: 'test', note: 'n', basedOn: null };

interface World {
  readonly engine: DeployEngine;
  /** Each switch: the document's name and the code of its functions. */
  readonly switches: string[];
  readonly documents: MemoryDocuments;
  gate: Promise<void>;
  failAt: string | null;
  onEntries: (entries: ReadonlyMap<string, FunctionEntry>) => void;
}

function build(documents = createMemoryDocuments()): World {
  const clock = createManualClock();
  const world: World = {
    documents,
    switches: [],
    gate: Promise.resolve(),
    failAt: null,
    onEntries: () => {},
    engine: createDeployEngine({
      clock,
      log: createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('deploy'),
      documents,
      artifacts: createArtifactFiles(join(folder, 'artifacts')),
      stageRoot: join(folder, 'staged'),
      codeFolders: [join(folder, 'functions')],
      async switchTo(document, entries, codeOf) {
        world.onEntries(entries);
        const code = await Promise.all([...entries.values()].map((entry) => readFile(entry.path, 'utf8')));
        world.switches.push([document.name, ...code, ...document.functions.map((one) => codeOf(one.name))].join(' '));
        await world.gate;
        if (document.name === world.failAt) throw new GatewayError('link/failed', 'the switch failed');
      },
    }),
  };
  return world;
}

describe('the deployment engine', () => {
  it('applies a document: stored, switched to, running', async () => {
    const { engine, switches, documents } = build();
    expect(engine.state()).toMatchObject({ state: 'none', version: 0 });
    let changes = 0;
    engine.onChanged(() => {
      changes += 1;
    });
    const text = textOf({ devices: [device('a')], functions: [inline('f', 'code')] });
    expect(await engine.apply(text, by)).toBe(1);
    expect(switches).toEqual(['site code ']);
    expect(engine.state()).toMatchObject({ state: 'running', version: 1, name: 'site' });
    expect(engine.versions()).toMatchObject([
      { id: 1, version: 1, state: 'running', by: 'test', note: 'n', counts: { devices: 1, functions: 1, subscriptions: 0 } },
    ]);
    expect(await engine.text(1)).toBe(text);
    expect(documents.versions[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(changes).toBeGreaterThan(1);
    await expect(engine.text(9)).rejects.toMatchObject({ code: 'document/not-found' });
  });

  it('refuses an invalid document with every fault in the message, and changes nothing', async () => {
    const { engine, switches, documents } = build();
    const refused = engine.apply(textOf({ name: 'A', site: '', devices: [device('x', { model: 'y' })] }), by);
    await expect(refused).rejects.toMatchObject({ code: 'document/invalid', details: { faults: 3 } });
    await expect(refused).rejects.toThrow(/name \(line 1\): [\s\S]*site[\s\S]*devices\[0\]\.model/);
    expect([switches, documents.versions, engine.state().state]).toEqual([[], [], 'none']);
  });

  it('refuses a document that was compared with another version than runs by now', async () => {
    const { engine, switches } = build();
    await engine.apply(textOf(), { ...by, basedOn: 0 });
    await engine.apply(textOf({ name: 'two' }), { ...by, basedOn: 1 });
    await expect(engine.apply(textOf({ name: 'three' }), { ...by, basedOn: 1 })).rejects.toMatchObject({
      code: 'document/conflict',
    });
    expect([switches, engine.state().name]).toEqual([['site', 'two'], 'two']);
  });

  it('says what a document would change', async () => {
    const { engine } = build();
    expect(await engine.check(textOf({ devices: [device('a')] }))).toMatchObject({
      ok: true,
      name: 'site',
      changes: [{ id: 'a' }, { area: 'setting' }],
    });
    await engine.apply(textOf({ devices: [device('a')] }), by);
    expect(await engine.check(textOf())).toMatchObject({ ok: true, changes: [{ kind: 'removed', id: 'a' }] });
    expect(await engine.check('x')).toMatchObject({ ok: false, changes: [], name: null });
  });

  it('falls back to the version before when the switch fails, and marks the new one as failed', async () => {
    const world = build();
    await world.engine.apply(textOf({ functions: [inline('f', 'good')] }), by);
    world.failAt = 'bad';
    await expect(world.engine.apply(textOf({ name: 'bad', functions: [inline('f', 'bad')] }), by)).rejects.toMatchObject({
      code: 'link/failed',
    });
    expect(world.switches).toEqual(['site good ', 'bad bad ', 'site good ']);
    expect(world.engine.state()).toMatchObject({ state: 'running', version: 1, name: 'site' });
    expect(world.engine.versions().map((one) => one.state)).toEqual(['failed', 'running']);
    expect(await readdir(join(folder, 'staged'))).toHaveLength(1);
    expect(await world.engine.apply(textOf({ name: 'next' }), { ...by, basedOn: 1 })).toBe(3);
  });

  it('says that it failed when there is no version before', async () => {
    const world = build();
    world.failAt = 'site';
    await expect(world.engine.apply(textOf(), by)).rejects.toMatchObject({ code: 'link/failed' });
    expect(world.engine.state()).toMatchObject({ state: 'failed', version: 1 });
    expect(await world.engine.resume()).toBe('none');
  });

  it.each(['add', 'setRunning'] as const)('goes on with the version before when the store fails (%s)', async (method) => {
    const { engine, documents, switches } = build();
    await engine.apply(textOf(), by);
    documents.failNext(method, new GatewayError('store/full', 'full'));
    documents.failNext('list', new GatewayError('store/full', 'the list cannot be read either'));
    documents.failNext('setFailed', new GatewayError('store/full', 'nor written'));
    await expect(engine.apply(textOf({ name: 'two' }), by)).rejects.toThrow(/^full$/);
    expect(switches.at(-1)).toBe('site');
    expect(engine.state()).toMatchObject({ state: 'running', version: 1 });
    expect(documents.versions[0]?.state).toBe('running');
  });

  it('gives a foreign error a code and keeps it as the cause', async () => {
    const { engine, documents } = build();
    documents.failNext('add', new TypeError('odd'));
    await expect(engine.apply(textOf(), by)).rejects.toMatchObject({ code: 'gateway/internal', cause: expect.any(TypeError) });
  });

  it('applies one at a time, in the order of asking', async () => {
    const world = build();
    const open = Promise.withResolvers<void>();
    world.gate = open.promise;
    const all = ['one', 'two', 'three'].map((name) => world.engine.apply(textOf({ name }), by));
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.switches.length).toBeLessThanOrEqual(1);
    open.resolve();
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
    expect(world.switches).toEqual(['one', 'two', 'three']);
  });

  it('takes code from the document’s folder, then the common folder, then the version that runs', async () => {
    const world = build();
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'a.mjs'), 'own');
    await expect(world.engine.apply(textOf({ functions: [fromFile('f', 'a.mjs')] }), by)).rejects.toMatchObject({
      code: 'document/unreadable',
    });
    expect(world.engine.state().state).toBe('none');
    await world.engine.apply(textOf({ functions: [fromFile('f', 'a.mjs')] }), { ...by, folder: own });
    await world.engine.apply(textOf({ name: 'two', functions: [fromFile('f', 'a.mjs')] }), by);
    expect(world.switches).toEqual(['site own own', 'two own own']);
  });

  it('changes the text alone: the code stays as it runs, whatever lies in the folders by now', async () => {
    const { engine, documents } = build();
    const own = join(folder, 'own');
    await mkdir(own);
    await writeFile(join(own, 'f.js'), 'runs');
    await engine.apply(textOf({ functions: [fromFile('f', 'f.js')] }), { ...by, folder: own });
    await mkdir(join(folder, 'functions'));
    await writeFile(join(folder, 'functions', 'f.js'), 'newer');
    await engine.apply(textOf({ functions: [fromFile('f', 'f.js')], settings: { hopLimit: 3 } }), { ...by, sameCode: true });
    expect(documents.versions[1]?.files).toEqual({ 'f.js': 'runs' });
  });

  it('resumes the version that ran last, from what is stored', async () => {
    const first = build();
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'a.mjs'), 'kept');
    await first.engine.apply(textOf({ functions: [fromFile('f', 'a.mjs')] }), { ...by, folder: own });
    await rm(own, { recursive: true });
    await rm(join(folder, 'staged'), { recursive: true });
    const second = build(first.documents);
    expect(await second.engine.resume()).toBe('running');
    expect(second.switches).toEqual(['site kept kept']);
    expect(second.engine.state()).toMatchObject({ state: 'running', version: 1, name: 'site' });
    expect(await build().engine.resume()).toBe('none');
  });

  it('takes packages in, keeps those that can be gone back to, and unpacks them anew at the next start', async () => {
    const first = build();
    const own = join(folder, 'own');
    const text = (name: string) => textOf({ name, functions: [{ name: 'f', code: { zip: 'f.zip' }, handler: 'index.handler' }] });
    await writePackage(join(own, 'f.zip'), await zipOf({ 'index.js': 'one' }));
    await first.engine.apply(text('one'), { ...by, folder: own });
    await writePackage(join(own, 'f.zip'), await zipOf({ 'index.js': 'two' }));
    await first.engine.apply(text('two'), { ...by, folder: own });
    expect(await readdir(join(folder, 'artifacts'))).toHaveLength(2);
    await rm(own, { recursive: true });
    await first.engine.apply(text('one'), by);
    await rm(join(folder, 'staged'), { recursive: true });
    const second = build(first.documents);
    expect(await second.engine.resume()).toBe('running');
    const codes = [...first.switches, ...second.switches].map((one) => one.replace(/ zip:.*/, ''));
    expect(codes).toEqual(['one one', 'two two', 'one one', 'one one']);
  });

  it('refuses a package without the handler’s file, and goes on', async () => {
    const { engine, documents } = build();
    await writePackage(join(folder, 'functions/f.zip'), await zipOf({ 'src/main.js': '', 'node_modules/x/index.js': '' }));
    const wrong = engine.apply(textOf({ functions: [{ name: 'f', code: { zip: 'f.zip' }, handler: 'main.handler' }] }), by);
    await expect(wrong).rejects.toMatchObject({ code: 'document/invalid' });
    await expect(wrong).rejects.toThrow(/functions\[0\]\.handler: .*Looked for main\.js, .* It has: src\/main\.js, \.\.\./s);
    expect(documents.versions).toEqual([]);
  });

  it('resumes a site whose package was lost', async () => {
    const first = build();
    await writePackage(join(folder, 'functions/f.zip'), await zipOf({ 'index.js': 'x' }));
    await first.engine.apply(textOf({ functions: [{ name: 'f', code: { zip: 'f.zip' } }] }), by);
    await rm(join(folder, 'artifacts'), { recursive: true });
    const second = build(first.documents);
    expect(await second.engine.resume()).toBe('running');
    expect(second.switches[0]).toContain('throw new Error');
  });

  it('keeps the version of code that did not change', async () => {
    const world = build();
    const versions: number[] = [];
    world.onEntries = (entries) => versions.push(...[...entries.values()].map((one) => one.version));
    await world.engine.apply(textOf({ functions: [inline('f', 'code')] }), by);
    await world.engine.apply(textOf({ functions: [inline('f', 'code', { timeoutMs: 10 })] }), by);
    await world.engine.apply(textOf({ functions: [inline('f', 'other')] }), by);
    expect(versions).toEqual([1, 1, 3]);
  });

  it('goes back with the code that the old version ran with', async () => {
    const world = build();
    const own = await mkdtemp(join(folder, 'own-'));
    const old = textOf({ functions: [fromFile('f', 'a.mjs')] });
    await writeFile(join(own, 'a.mjs'), 'first');
    await world.engine.apply(old, { ...by, folder: own });
    await writeFile(join(own, 'a.mjs'), 'second');
    await world.engine.apply(textOf({ name: 'two', functions: [fromFile('f', 'a.mjs')] }), { ...by, folder: own });
    await world.engine.apply(old, by);
    expect(world.switches).toEqual(['site first first', 'two second second', 'site first first']);
  });

  it('applies a document at the start only if it or its code has changed', async () => {
    const world = build();
    const own = await mkdtemp(join(folder, 'own-'));
    const text = textOf({ functions: [fromFile('f', 'a.mjs')] });
    const atStart = { ...by, folder: own, ifChanged: true };
    await writeFile(join(own, 'a.mjs'), 'first');
    expect(await world.engine.apply(text, atStart)).toBe(1);
    expect(await world.engine.apply(text, atStart)).toBe(1);
    await writeFile(join(own, 'a.mjs'), 'second');
    expect(await world.engine.apply(text, atStart)).toBe(2);
    expect(world.switches).toEqual(['site first first', 'site second second']);
  });

  it('starts without a site when what ran last cannot be read any more, and takes a new document then', async () => {
    const first = build();
    await first.engine.apply(textOf({}), by);
    const stored = first.documents.versions[0];
    if (stored) first.documents.versions[0] = { ...stored, text: 'schema: gatehouse/0' };
    const second = build(first.documents);
    expect(await second.engine.resume()).toBe('failed');
    expect(second.engine.state()).toMatchObject({ state: 'failed', version: 1 });
    expect(second.switches).toEqual([]);
    expect(await second.engine.apply(textOf({ name: 'new' }), by)).toBe(2);
    expect(second.engine.state()).toMatchObject({ state: 'running', name: 'new' });
  });

  it('checks a large document in a thread of its own, with the same result', async () => {
    const { engine } = build();
    const devices = Array.from({ length: 200 }, (_, i) => device(`d${i}`));
    expect(await engine.check(textOf({ devices }))).toMatchObject({ ok: true, changes: { length: 201 } });
    expect(await engine.check(textOf({ devices: [...devices, device('d0')] }))).toMatchObject({
      ok: false,
      faults: [{ path: 'devices[200].id' }],
    });
  });
});
