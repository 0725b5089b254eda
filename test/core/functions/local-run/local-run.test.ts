import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/base/clock.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { FunctionSpec } from '../../../../core/contract/document/functions.ts';
import type { Draft } from '../../../../core/contract/message.ts';
import { createLocalHost } from '../../../../core/functions/local-run/local-host.ts';
import { createLocalRun, type LocalRun } from '../../../../core/functions/local-run/local-run.ts';
import { createLocalSecrets } from '../../../../core/functions/local-run/local-secrets.ts';
import { createMemoryShadows } from '../../../../core/shadows/memory-shadows.ts';

const signal = new AbortController().signal;
let folder = '';
let runs: LocalRun[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-local-'));
});
afterEach(async () => {
  await Promise.all(runs.map((one) => one.stop()));
  runs = [];
  await rm(folder, { recursive: true, force: true });
});

/** A place to run functions: each of them replaces the one before. */
function openPlace() {
  const published: Draft[] = [];
  const done: string[] = [];
  const logs = createLogHub({ clock: systemClock }, { keep: 100, level: 'debug' });
  const onPublish = (draft: Draft): void => void published.push(draft);
  const shadows = createMemoryShadows({ clock: systemClock, publish: () => {} });
  const secrets = { db: 'word' };
  const local = createLocalHost({
    clock: systemClock,
    shadows,
    secrets,
    runner: () => runs.at(-1)?.runner ?? null,
    onDone: (what) => void done.push(what),
  });
  let count = 0;
  async function make(code: string, more: object = {}): Promise<LocalRun> {
    count += 1;
    const path = join(folder, `f${count}.mjs`);
    await writeFile(path, code);
    const config = FunctionSpec.parse({ name: 'f', code: { file: 'f.mjs' }, ...more });
    const entry = { path, directory: folder, version: count, exportPath: ['handler'] };
    const run = createLocalRun(
      { clock: systemClock, logs, local, scratchRoot: join(folder, 'scratch'), onPublish },
      config,
      entry,
    );
    runs.push(run);
    return run;
  }
  return { make, published, done };
}

const ask = async (run: LocalRun, event: unknown = {}) => {
  const payload = Buffer.from(JSON.stringify(event));
  const by = { kind: 'cli', id: '' } as const;
  const outcome = await run.runner.invoke({ payload, by, subject: 'a/b', hops: 0, observe: true }, signal);
  return { ...outcome, value: JSON.parse(Buffer.from(outcome.payload).toString()) };
};

describe('a function without a gateway', { timeout: 60_000 }, () => {
  it('publishes, keeps state over a change of its code, and answers a request to itself', async () => {
    const { make, published } = openPlace();
    const code = (add: number) => `
      import { publish, state } from 'gatehouse';
      export const handler = async (event, context) => {
        const n = await state.update('n', (before) => (before ?? 0) + ${add});
        await publish('out', { n, topic: context.gatehouse.topic });
        return n;
      };`;
    const first = await make(code(1));
    await first.start(signal);
    expect((await ask(first)).value).toBe(1);
    const second = await make(code(10));
    await second.start(signal);
    second.runner.inherit(first.runner.handOver());
    expect((await ask(second)).value).toBe(11);
    await second.deliver('devices/a/t', Buffer.from('{}'), 'device:a');
    await expect.poll(() => published.length).toBe(3);
    expect(published.map(({ topic, payload }) => [topic, JSON.parse(Buffer.from(payload).toString())])).toEqual([
      ['out', { n: 1, topic: 'a/b' }],
      ['out', { n: 11, topic: 'a/b' }],
      ['out', { n: 21, topic: 'devices/a/t' }],
    ]);
  });

  it('holds it to its permissions, and says what it would have done', async () => {
    const { make, done } = openPlace();
    const run = await make(
      `import { device, history, secret, invoke } from 'gatehouse';
       const tell = (promise) => promise.then((value) => value, (error) => error.code);
       export const handler = async () => [
         await tell(secret('db')), await tell(secret('other')), await tell(device.command('pump', 'speed', 3)),
         await tell(device.read('pump')), await tell(history.query('a', { from: 0 })), await tell(invoke('g', {})),
       ];`,
      { permissions: { secrets: ['*'], devices: { read: ['*'], command: ['pump'] }, history: ['a'], invoke: ['*'] } },
    );
    await run.start(signal);
    expect((await ask(run)).value).toEqual(['word', 'secret/unknown', null, 'adapter/unknown-device', [], 'function/unknown']);
    expect(done).toEqual(['device.command pump speed = 3 (no device here)']);
    const closed = await make("import { secret } from 'gatehouse'; export const handler = () => secret('db');");
    await closed.start(signal);
    expect((await ask(closed)).value.errorMessage).toContain('"db"');
  });

  it('says at once why it cannot be loaded', async () => {
    const { make } = openPlace();
    const run = await make("throw new Error('no such sensor');");
    await expect(run.start(signal)).rejects.toMatchObject({
      code: 'function/load-failed',
      message: expect.stringContaining('no such sensor'),
    });
  });

  it('runs a one-shot of its own', async () => {
    const { make, published } = openPlace();
    const run = await make(
      `import { publish, schedule } from 'gatehouse';
       export const handler = async (event) => event.again ? publish('again', event) : schedule.at('x', { inMs: 5 }, { again: true });`,
      { permissions: { schedule: true } },
    );
    await run.start(signal);
    await ask(run);
    await expect.poll(() => published.map((one) => one.topic)).toEqual(['again']);
  });
});

describe('local secrets', () => {
  it('are found by name and ARN, and are never changed', async () => {
    const store = createLocalSecrets({ db: 'word' }, () => 5);
    const [facts] = store.list();
    expect(facts).toMatchObject({ name: 'db', createdAt: 5, stages: ['AWSCURRENT'] });
    expect(await store.get(facts?.arn ?? '', 'AWSCURRENT')).toMatchObject({ value: { text: 'word' } });
    await expect(store.get('db', 'AWSPREVIOUS')).rejects.toMatchObject({ code: 'secret/unknown' });
    await expect(store.get('toString', null)).rejects.toMatchObject({ code: 'secret/unknown' });
    await expect(store.set('db', { text: 'x' })).rejects.toMatchObject({ code: 'api/not-available' });
    await expect(store.remove('db')).rejects.toMatchObject({ code: 'api/not-available' });
  });
});
