import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import type { DeploymentView } from '../../../core/contract/views.ts';
import { createFunctionVersions } from '../../../core/gateway/function-versions.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryDocuments } from '../../fakes/memory-documents.ts';

const clock = createManualClock();
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const inline = (...functions: readonly (readonly [string, string])[]): string =>
  JSON.stringify({ functions: functions.map(([name, code]) => ({ name, code: { inline: code } })) });

/** Deployments with these texts, oldest first; the last one runs. */
async function build(
  texts: readonly (string | { text: string; files: Record<string, string> })[],
  failed: readonly number[] = [],
) {
  const documents = createMemoryDocuments();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const counts = { devices: 0, functions: 1, subscriptions: 0 };
  for (const [i, one] of texts.entries()) {
    const { text, files } = typeof one === 'string' ? { text: one, files: {} } : one;
    const version = await documents.add({
      name: 'site',
      text,
      files,
      hash: '',
      appliedAt: i * 1000,
      by: `by ${i}`,
      note: '',
      counts,
    });
    if (failed.includes(version)) await documents.setFailed(version);
    else await documents.setRunning(version);
  }
  const listed: DeploymentView[] = (await documents.list()).map((one) => ({ ...one, id: one.version }));
  let changed = (): void => {};
  let reads = 0;
  let broken = false;
  const versionsOf = createFunctionVersions({
    documents: {
      async get(version) {
        reads += 1;
        if (broken) throw new Error('the disk is gone');
        return await documents.get(version);
      },
    },
    engine: {
      versions: () => listed,
      onChanged(listener) {
        changed = listener;
        return () => {};
      },
    },
    log: logs.logger('deploy'),
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 200; i += 1) await Promise.resolve();
  };
  return {
    versionsOf,
    settle,
    logs,
    reads: () => reads,
    changed: () => changed(),
    breakDisk: (isBroken: boolean) => {
      broken = isBroken;
    },
    async rows(name: string) {
      versionsOf(name);
      await settle();
      return versionsOf(name);
    },
  };
}

it('has a row for each deployment that brought other code, newest first; the last one runs', async () => {
  const { rows } = await build([
    inline(['a', 'one']),
    inline(['a', 'one'], ['b', 'x']),
    inline(['a', 'two']),
    inline(['a', 'two']),
  ]);
  expect((await rows('a')).map((one) => [one.id, one.hash, one.bytes, one.by, one.running])).toEqual([
    ['a/3', sha('two'), 3, 'by 2', true],
    ['a/1', sha('one'), 3, 'by 0', false],
  ]);
});

it('shows going back as a version of its own, and a function that was taken out as not running', async () => {
  const { rows } = await build([inline(['a', 'one'], ['b', 'x']), inline(['a', 'two'], ['b', 'x']), inline(['a', 'one'])]);
  expect((await rows('a')).map((one) => [one.version, one.running])).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ]);
  expect((await rows('b')).map((one) => [one.version, one.running])).toEqual([[1, false]]);
  expect(await rows('nobody')).toEqual([]);
});

it('knows packages by their own hash, files by their text, and leaves out deployments that failed', async () => {
  const hash = 'c'.repeat(64);
  const zip = JSON.stringify({ functions: [{ name: 'a', code: { zip: 'a.zip' } }] });
  const file = JSON.stringify({ functions: [{ name: 'a', code: { file: 'a.mjs' } }] });
  const { rows } = await build(
    [
      { text: file, files: { 'a.mjs': 'code' } },
      inline(['a', 'never ran']),
      { text: zip, files: { 'a.zip': `zip:${hash}:1234` } },
    ],
    [2],
  );
  expect((await rows('a')).map((one) => [one.version, one.hash, one.bytes])).toEqual([
    [3, hash, 1234],
    [1, sha('code'), 4],
  ]);
});

it('gets along with documents that it cannot read', async () => {
  const { rows } = await build(['{{{', '[]', `# ${' '.repeat(1_048_577)}`, inline(['a', 'one'])]);
  expect((await rows('a')).map((one) => one.version)).toEqual([4]);
});

it('reads each deployment once, and after a fault not before the next deployment', async () => {
  const world = await build([inline(['a', 'one']), inline(['a', 'two'])]);
  world.breakDisk(true);
  expect(await world.rows('a')).toEqual([]);
  await world.rows('a');
  expect([world.reads(), world.logs.recent().map((one) => one.event)]).toEqual([1, ['deploy.versions-not-read']]);
  world.breakDisk(false);
  world.changed();
  expect((await world.rows('a')).length).toBe(2);
  await world.rows('a');
  expect(world.reads()).toBe(3);
});
