import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createArtifactFiles } from '../../../core/deploy/artifact-files.ts';
import { createDeployEngine } from '../../../core/deploy/engine.ts';
import { hashVersion } from '../../../core/deploy/read-code.ts';
import { createRunningCopy } from '../../../core/deploy/running-copy.ts';
import type { StoredVersion } from '../../../core/store/documents.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryDocuments, type MemoryDocuments } from '../../fakes/memory-documents.ts';

const TEXT = 'format: gatehouse/1\nname: mill\n';
const version = (number: number, text = TEXT): StoredVersion => ({
  version: number,
  name: 'mill',
  text,
  files: {},
  hash: hashVersion(text, {}),
  appliedAt: 5,
  by: 'tester',
  note: '',
  state: 'running',
  counts: { devices: 0, functions: 0, subscriptions: 0 },
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gh-copy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the copy of the running version', () => {
  const logs = createLogHub({ clock: createManualClock() }, { keep: 50, level: 'debug' });
  const copy = () => createRunningCopy({ log: logs.logger('deploy'), dir: folder });
  function engine(documents: MemoryDocuments, told: string[] = []) {
    const clock = createManualClock();
    return createDeployEngine({
      clock,
      log: logs.logger('deploy'),
      documents,
      artifacts: createArtifactFiles(join(folder, 'artifacts')),
      stageRoot: join(folder, 'staged'),
      codeFolders: [],
      copy: copy(),
      onRestored: (message) => told.push(message),
      switchTo: async () => {},
    });
  }

  it('is given back whole, and the newest', async () => {
    expect(copy().read()).toBeNull();
    await copy().keep(version(3));
    await copy().keep(version(4));
    expect(copy().read()).toEqual(version(4));
  });

  it.each([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99])('falls back to the one before when cut at %i %%', async (percent) => {
    await copy().keep(version(3));
    await copy().keep(version(4));
    const file = join(folder, 'deployment.b');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, Math.floor((bytes.length * percent) / 100)));
    expect(copy().read()).toEqual(version(3));
    expect(logs.recent().map(({ event }) => event)).toContain('deploy.copy-torn');
  });

  it('holds the last of several that are kept at the same time', async () => {
    const one = copy();
    const sizes = [9, 5000, 3, 70_000, 1];
    await Promise.all(sizes.map((size, n) => one.keep(version(n + 1, `${TEXT}# ${'x'.repeat(size)}`))));
    expect(one.read()?.version).toBe(sizes.length);
    expect(logs.recent().map(({ event }) => event)).not.toContain('deploy.copy-not-kept');
  });

  it('is not used when its hash does not fit', async () => {
    await copy().keep({ ...version(3), text: 'name: other' });
    expect(copy().read()).toBeNull();
  });

  it('does not stop a deployment when it cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await createRunningCopy({ log: logs.logger('deploy'), dir: join(folder, 'file', 'below') }).keep(version(1));
    expect(logs.recent().map(({ event }) => event)).toContain('deploy.copy-not-kept');
  });

  it('brings the gateway back where the database has lost everything, and says so', async () => {
    const text = '{"schema":"gatehouse/1","name":"mill","site":"s"}';
    const first = engine(createMemoryDocuments());
    const checked = await first.check(text);
    expect(checked.faults).toEqual([]);
    await first.apply(text, { by: 't', note: '', basedOn: null });
    await expect.poll(() => copy().read()?.version).toBe(1);
    const told: string[] = [];
    const lost = createMemoryDocuments();
    const again = engine(lost, told);
    expect(await again.resume()).toBe('running');
    expect(again.state()).toMatchObject({ state: 'running', version: 1, name: 'mill' });
    expect(lost.versions).toMatchObject([{ version: 1, state: 'running', text }]);
    expect(told).toEqual([expect.stringContaining('version 1')]);
    expect(await engine(lost, told).resume()).toBe('running');
    expect(told).toHaveLength(1);
  });
});
