import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createDiskGuard, type DiskGuard } from '../../../core/store/sqlite/disk-guard.ts';
import type { StoreHealth } from '../../../core/store/store.ts';
import { type Folder, tempFolder } from './store-under-test.ts';

const sqlite = (code: string): Error => Object.assign(new Error(code), { code });

describe('the disk guard', () => {
  let folder: Folder;
  let heard: StoreHealth['state'][];
  let guard: DiskGuard;
  beforeEach(() => {
    folder = tempFolder();
    heard = [];
    guard = createDiskGuard(folder.path, { reserveBytes: 100_000, now: () => 5, onHealth: (health) => heard.push(health.state) });
  });
  afterEach(() => folder.remove());
  const reserve = (): string => join(folder.path, 'reserve');

  it.each<[string, string, StoreHealth['state']]>([
    ['SQLITE_FULL', 'store/full', 'full'],
    ['ENOSPC', 'store/full', 'full'],
    ['EDQUOT', 'store/full', 'full'],
    ['SQLITE_READONLY_DBMOVED', 'store/read-only', 'read-only'],
    ['EROFS', 'store/read-only', 'read-only'],
    ['SQLITE_IOERR_FSYNC', 'store/failed', 'failed'],
    ['SQLITE_CORRUPT_VTAB', 'store/damaged', 'failed'],
  ])('%s is %s, and the store is then %s', (code, told, state) => {
    expect(guard.failed(sqlite(code)).code).toBe(told);
    expect(guard.health()).toMatchObject({ state, lastError: { code: told, at: 5 } });
    expect(heard).toEqual([state]);
  });

  it('does not blame the disk for a call that was wrong', () => {
    expect(guard.failed(sqlite('SQLITE_CONSTRAINT_NOTNULL')).code).toBe('store/failed');
    expect(guard.failed(new TypeError('no number')).code).toBe('store/failed');
    expect(guard.failed(new GatewayError('document/not-found', 'no')).code).toBe('document/not-found');
    expect(guard.health()).toEqual({ state: 'ok', lastError: null });
  });

  it('gives the reserve up when the disk is full and makes it again before the next append', () => {
    expect(statSync(reserve()).size).toBe(100_000);
    guard.failed(sqlite('SQLITE_FULL'));
    expect(existsSync(reserve())).toBe(false);
    guard.worked(); // an acknowledgement that went through says nothing about room
    expect(guard.health().state).toBe('full');
    guard.admit();
    expect(statSync(reserve()).size).toBe(100_000);
    expect(guard.health()).toMatchObject({ state: 'ok', lastError: { code: 'store/full' } });
    expect(heard).toEqual(['full', 'ok']);
  });

  it('admits nothing while the reserve cannot be made again', () => {
    const huge = createDiskGuard(folder.path, { reserveBytes: Number.MAX_SAFE_INTEGER, now: () => 5, onHealth: () => {} });
    expect(huge.health().state).toBe('full');
    expect(() => huge.admit()).toThrow(expect.objectContaining({ code: 'store/full' }));
    expect(existsSync(reserve())).toBe(true);
  });

  it('is well again after the next write that goes through', () => {
    guard.failed(sqlite('SQLITE_IOERR_WRITE'));
    guard.admit();
    guard.worked();
    expect(heard).toEqual(['failed', 'ok']);
  });
});
