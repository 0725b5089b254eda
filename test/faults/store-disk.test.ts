import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../core/base/errors.ts';
import type { Store } from '../../core/store/store.ts';
import { expectBalanced, readStream, spoolMessage, spoolPlan } from '../conformance/spool.suite.ts';
import { type Folder, openStore, tempFolder } from '../core/store/store-under-test.ts';
import { acknowledgedBy, startWriter } from './store-process.ts';

const MIB = 1_048_576;
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
const hasStrace = mayMount && ['/usr/bin/strace', '/bin/strace'].some((path) => existsSync(path));
const required = process.env['CI'] === 'true';

describe.skipIf(!mayMount && !required)('a disk that fails (needs root to mount)', () => {
  let folder: Folder;
  let mount: string;
  let store: Store | null = null;
  beforeEach(() => {
    folder = tempFolder();
    mount = join(folder.path, 'disk');
    mkdirSync(mount);
  });
  afterEach(async () => {
    await store?.stop();
    store = null;
    try {
      execFileSync('umount', [mount], { stdio: 'ignore' });
    } catch {
      // a test that mounted nothing
    }
    folder.remove();
  });
  const filler = (): string => join(mount, 'filler');
  function smallDisk(): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', mount]);
    writeFileSync(filler(), new Uint8Array(10 * MIB));
  }
  /** Appends until it is refused. Returns the ids that were accepted. */
  async function fill(spool: Store['spool']): Promise<number[]> {
    const accepted: number[] = [];
    for (let n = 0; n < 1000; n += 1) {
      try {
        const first = await spool.append(
          Array.from({ length: 64 }, (_, index) => spoolMessage(index, new Uint8Array(1000))),
          'rest',
        );
        for (let index = 0; index < 64; index += 1) accepted.push(first + index);
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError);
        expect(error).toMatchObject({ code: 'store/full' });
        return accepted;
      }
    }
    throw new Error('the disk never became full');
  }
  async function idsOf(spool: Store['spool']): Promise<number[]> {
    const ids: number[] = [];
    for (let after = 0; ; ) {
      const page = await readStream(spool, 'rest', after, 1000);
      const last = page.at(-1);
      if (!last) return ids;
      ids.push(...page.map((entry) => entry.id));
      after = last.id;
    }
  }

  it('refuses appends while full, keeps what it accepted, and goes on when room returns', async () => {
    smallDisk();
    store = (await openStore(mount, { reserveBytes: 8 * MIB })).store;
    const states: string[] = [];
    store.onHealth((health) => states.push(health.state));
    const accepted = await fill(store.spool);
    expect(accepted.length).toBeGreaterThan(1000);
    expect(store.health()).toMatchObject({ state: 'full', lastError: { code: 'store/full' } });
    expect(existsSync(join(mount, 'store', 'reserve'))).toBe(false);
    expect(await idsOf(store.spool)).toEqual(accepted);
    await expect(store.spool.append([spoolMessage(1)], 'rest')).rejects.toMatchObject({ code: 'store/full' });
    rmSync(filler());
    accepted.push(await store.spool.append([spoolMessage(1)], 'rest'));
    expect(states).toEqual(['full', 'ok']);
    expect(existsSync(join(mount, 'store', 'reserve'))).toBe(true);
    expect(await idsOf(store.spool)).toEqual(accepted);
  });

  it('notices by itself that room has returned', async () => {
    smallDisk();
    store = (await openStore(mount, { reserveBytes: 8 * MIB })).store;
    await fill(store.spool);
    rmSync(filler());
    await expect.poll(() => store?.health().state, { timeout: 20_000 }).toBe('ok');
  });

  it('makes its own room from what is acknowledged while the disk is full', async () => {
    smallDisk();
    store = (await openStore(mount, { reserveBytes: 8 * MIB })).store;
    const { spool } = store;
    const accepted = await fill(spool);
    const before = statfsSync(mount).bavail;
    while (accepted.length > 0) await spool.ack(accepted.splice(0, 500));
    expect(spool.stats()).toMatchObject({ count: 0, bytes: 0, oldestAt: null });
    expect(statfsSync(mount).bavail).toBeGreaterThan(before);
    expect(await spool.append([spoolMessage(1)], 'rest')).toBeGreaterThan(0);
    expect(store.health().state).toBe('ok');
  });

  it('starts on a full disk, so that what waits can be sent', async () => {
    smallDisk();
    store = (await openStore(mount, { reserveBytes: 8 * MIB })).store;
    const accepted = await fill(store.spool);
    await store.stop();
    const { bavail, bsize } = statfsSync(mount);
    writeFileSync(join(mount, 'more'), new Uint8Array(Math.max(0, bavail * bsize - 512 * 1024)));
    store = (await openStore(mount, { reserveBytes: 8 * MIB })).store;
    expect(store.health().state).toBe('full');
    expect(store.spool.stats().count).toBe(accepted.length);
    await store.spool.ack(accepted.slice(0, 100));
    expect(store.spool.stats().acknowledged).toBe(100);
  });

  it('goes by its policy before the disk is full, and grows again when room returns', async () => {
    smallDisk();
    const roomBytes = 6 * MIB;
    store = (await openStore(mount, { reserveBytes: 2 * MIB })).store;
    const { spool } = store;
    spool.configure(spoolPlan([], { roomPercent: 50, roomBytes }));
    const batch = Array.from({ length: 64 }, (_, index) => spoolMessage(index, new Uint8Array(1000)));
    for (let n = 0; n < 400; n += 1) await spool.append(batch, 'rest');
    const free = (): number => {
      const { bavail, bsize } = statfsSync(mount);
      return bavail * bsize;
    };
    expect(spool.stats()).toMatchObject({ short: { roomBytes }, dropped: { 'disk-room': expect.any(Number) } });
    expect(spool.stats().count).toBeGreaterThan(3000);
    expect(free()).toBeGreaterThan(roomBytes - MIB / 2); // the last commits before it was noticed
    expect(store.health()).toMatchObject({ state: 'ok', lastError: { code: 'store/room' } });
    expectBalanced(spool.stats());
    await expect(store.history.trend('x', 0, 1, 1)).resolves.toEqual([]);
    rmSync(filler());
    const dropped = spool.stats().dropped['disk-room'];
    await expect.poll(() => spool.stats().short, { timeout: 20_000, interval: 200 }).toBeNull();
    const before = spool.stats().count;
    await spool.append(batch, 'rest');
    expect(spool.stats()).toMatchObject({ count: before + 64, dropped: { 'disk-room': dropped } });
  });

  it('refuses what is new while the disk has no room, where that is the policy', async () => {
    smallDisk();
    store = (await openStore(mount, { reserveBytes: 2 * MIB })).store;
    const { spool } = store;
    spool.configure(spoolPlan([], { roomPercent: 50, roomBytes: 6 * MIB, whenFull: 'reject-newest' }));
    const accepted: number[] = [];
    let fault: unknown = null;
    for (let n = 0; n < 400 && fault === null; n += 1) {
      const batch = Array.from({ length: 64 }, (_, index) => spoolMessage(index, new Uint8Array(1000)));
      await spool.append(batch, 'rest').then(
        (first) => accepted.push(...batch.map((_, index) => first + index)),
        (cause: unknown) => {
          fault = cause;
        },
      );
    }
    expect(fault).toMatchObject({ code: 'outbox/full', message: expect.stringContaining('room on the disk') });
    expect(await idsOf(spool)).toEqual(accepted);
    await spool.ack(accepted.splice(0, 2000));
    await spool.append([spoolMessage(1)], 'rest');
    expect(spool.stats().dropped).toEqual({});
  });

  it('says that a read-only folder cannot be written, and by whom', async () => {
    execFileSync('mount', ['--bind', mount, mount]);
    execFileSync('mount', ['-o', 'remount,ro,bind', mount]);
    await expect(openStore(mount)).rejects.toMatchObject({
      code: 'gateway/data-unwritable',
      message: expect.stringContaining(mount),
      remedy: expect.stringContaining('write access'),
    });
  });

  it.skipIf(!hasStrace && !required)('outlives a disk whose sync fails for a while (needs strace)', async () => {
    const inject = 'inject=fsync,fdatasync:error=EIO:when=100..120';
    const before = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', inject];
    const writer = startWriter(mount, { appends: 200, before });
    try {
      await writer.ended;
    } finally {
      writer.child.kill('SIGKILL');
    }
    const faults = writer.lines.filter((line) => line.startsWith('fault'));
    expect(faults.length).toBeGreaterThan(0);
    expect(new Set(faults)).toEqual(new Set(['fault store/failed']));
    const promised = acknowledgedBy(writer.lines);
    expect(writer.lines.at(-1)).not.toMatch(/^fault/);
    store = (await openStore(mount)).store;
    const found = new Map((await readStream(store.spool)).map((entry) => [entry.id, Number(Buffer.from(entry.message.payload))]));
    expect([...promised].filter(([number, id]) => found.get(id) !== number)).toEqual([]);
    expect(promised.size).toBeGreaterThan(300);
  });
});
