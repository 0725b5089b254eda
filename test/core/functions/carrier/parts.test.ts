import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileCell, openCellFile } from '../../../../core/functions/carrier/file-cell.ts';
import { memoryOfProcess, parseUse } from '../../../../core/functions/carrier/memory-of-process.ts';
import { permissionFlags } from '../../../../core/functions/carrier/permission-flags.ts';
import { createSdkLine } from '../../../../core/functions/inside/sdk-line.ts';
import { CELL, type FromInstance } from '../../../../core/functions/protocol.ts';
import { CLOSED } from '../../../fakes/functions/carried.ts';

describe('a cell in a file', () => {
  it('is seen by both sides, and still read after it is closed', () => {
    const file = openCellFile(`gatehouse-cell-test-${process.pid}`);
    const other = fileCell(file.descriptor);
    other.store(CELL.running, 7);
    file.cell.store(CELL.stop, 1);
    expect([file.cell.load(CELL.running), file.cell.load(CELL.clean), other.load(CELL.stop)]).toEqual([7, 0, 1]);
    file.close();
    file.close();
    expect([file.cell.load(CELL.running), file.cell.load(CELL.stop)]).toEqual([7, 1]);
    file.cell.store(CELL.stop, 0);
    expect(file.cell.load(CELL.stop)).toBe(1);
  });
});

it('a cell in a file counts what the other side writes beyond it', () => {
  const file = openCellFile(`gatehouse-cell-test-more-${process.pid}`);
  fileCell(file.descriptor).store(CELL.running, 7);
  expect(file.extraBytes()).toBe(0);
  writeSync(file.descriptor, Buffer.alloc(1e6), 0, 1e6, CELL.size * 4);
  expect(file.extraBytes()).toBe(1e6);
  file.close();
  expect(file.extraBytes()).toBe(0);
});

describe('the flags of a process', () => {
  const data = {
    name: 'alarm',
    version: 1,
    path: '',
    directory: '/srv/site/v4',
    handler: ['handler'],
    encoding: 'json',
    timeoutMs: 1,
    memoryMb: 64,
    maxPublishes: 1,
    requestPrefix: '',
    functionArn: '',
    longLived: false,
  } as const;

  it('let it read its code and write its scratch space, and nothing else', () => {
    const flags = permissionFlags({ data, scratch: '/srv/scratch', sandbox: CLOSED, heapLimitMb: 144 }, ['/opt/gatehouse/core']);
    expect(flags.filter((flag) => flag.startsWith('--allow'))).toEqual([
      '--allow-fs-read=/opt/gatehouse/core',
      '--allow-fs-read=/srv/site/v4',
      '--allow-fs-read=/srv/scratch',
      '--allow-fs-write=/srv/scratch',
    ]);
    expect(flags).toEqual(expect.arrayContaining(['--permission', '--no-experimental-sqlite', '--max-old-space-size=144']));
  });

  it('add what is declared, also under its real name', () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'gatehouse-flags-'));
    symlinkSync('/usr', join(folder, 'link'));
    const sandbox = { readable: [join(folder, 'link')], writable: ['/srv/a'], childProcesses: true, workers: true, addons: true };
    const flags = permissionFlags({ data, scratch: null, sandbox, heapLimitMb: 144 }, []);
    rmSync(folder, { recursive: true });
    expect(flags.filter((flag) => flag.startsWith('--allow'))).toEqual([
      '--allow-fs-read=/srv/site/v4',
      `--allow-fs-read=${join(folder, 'link')}`,
      '--allow-fs-read=/usr',
      '--allow-fs-write=/srv/a',
      '--allow-child-process',
      '--allow-worker',
      '--allow-addons',
    ]);
  });
});

describe('what the system says of a process', () => {
  it('is read from behind a name that holds anything', () => {
    const stat = '77 (a) b (c 9 9) S 1 77 77 0 -1 4194560 5000 0 0 0 120 30 0 0 20 0 11 0 100 1000000 11000';
    const status = 'Name:\t(a) b (c 9 9)\nVmRSS:\t   44000 kB\nRssAnon:\t   12000 kB\nRssFile:\t   32000 kB\nThreads:\t11\n';
    expect(parseUse(status, stat)).toEqual({ privateBytes: 12_000 * 1024, cpuMs: 1500 });
  });

  it.each([
    ['', ''],
    ['RssAnon: 2 kB', '77 (node)'],
    ['RssAnon: much', '77 (node) S x y'],
  ])('is nothing where it cannot be read: %j %j', (status, stat) => {
    expect(parseUse(status, stat)).toBeNull();
  });

  it('is nothing of one that is not there', async () => {
    expect(await memoryOfProcess(2 ** 30)).toBeNull();
  });
});

describe('calls from inside', () => {
  function lineOf() {
    const sent: FromInstance[] = [];
    const line = createSdkLine({ send: (one) => void sent.push(one), owner: () => 5 });
    return { sent, line };
  }

  it('are told with the event that runs, and settled by their number', async () => {
    const { sent, line } = lineOf();
    const [first, second] = [line.call('state.get', { key: 'a' }), line.call('state.get', { key: 'b' })];
    expect(sent).toMatchObject([
      { t: 'call', id: 0, owner: 5, method: 'state.get', input: { key: 'a' } },
      { t: 'call', id: 1 },
    ]);
    line.answer(1, { value: 2, revision: 1 }, null);
    line.answer(0, null, { code: 'function/denied', message: 'not this', details: { status: 403 } });
    line.answer(0, { value: 9, revision: 9 }, null);
    await expect(second).resolves.toEqual({ value: 2, revision: 1 });
    await expect(first).rejects.toMatchObject({ message: 'not this', code: 'function/denied', details: { status: 403 } });
    expect(line.unanswered).toBe(0);
  });

  it('are refused beyond 1,000 that wait, and what cannot be sent is no call', async () => {
    const { line } = lineOf();
    for (let i = 0; i < 1000; i += 1) void line.call('state.get', { key: 'a' });
    await expect(line.call('state.get', { key: 'a' })).rejects.toMatchObject({ code: 'function/busy' });
    const broken = createSdkLine({
      send() {
        throw new Error('a function could not be cloned');
      },
      owner: () => undefined,
    });
    await expect(broken.call('state.get', { key: 'a' })).rejects.toThrow(/could not be cloned/);
    expect(broken.unanswered).toBe(0);
  });
});
