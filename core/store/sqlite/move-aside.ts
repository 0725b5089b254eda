import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A damaged database that was replaced by a new one. */
export interface Moved {
  readonly file: string;
  readonly movedTo: string;
  readonly at: number;
  /** Older damaged files that had to go because the disk is nearly full. */
  readonly removed: readonly string[];
}

export const DATABASES = ['spool', 'state', 'history', 'sessions'] as const;
export type DatabaseName = (typeof DATABASES)[number];

/** A damaged database that was replaced, as it is told. */
export interface MovedAside extends Moved {
  readonly database: DatabaseName;
  /** What was seen. */
  readonly cause: string;
  /** What became of its content, in words. */
  readonly saved: string;
}

/** So many damaged files of one database are kept in any case; older ones go only where room is short. */
const KEPT = 5;
const SHORT_BYTES = 536_870_912;
const TAILS = ['-wal', '-shm'] as const;

const making = (file: string): string => `${file}.making`;
const READY = '.ready-for-';

/** Makes renames outlive a power cut. Windows has no such thing, and does it by itself. */
function syncFolder(dir: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function remove(file: string): void {
  for (const tail of ['', ...TAILS]) rmSync(file + tail, { force: true });
}

/** `spool.db.damaged-2026-11-23T08-15-00-000Z`, and with a number behind it where that is taken. */
function freeName(file: string, now: number): string {
  const name = `${file}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(candidate) && !existsSync(`${candidate}-wal`)) return candidate;
  }
}

/** The damaged file of each earlier time, oldest first. */
function damagedFiles(file: string): readonly string[] {
  const start = `${basename(file)}.damaged-`;
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(start) && !/-(wal|shm)$/.test(name));
  return names.sort().map((name) => join(dirname(file), name));
}

/** Removes the oldest beyond those that are kept, where the disk is short of room. */
function makeRoom(file: string): string[] {
  const { bavail, bsize, blocks } = statfsSync(dirname(file));
  if (bavail * bsize >= Math.min(SHORT_BYTES, blocks * bsize * 0.05)) return [];
  const gone = damagedFiles(file).slice(0, -KEPT);
  for (const one of gone) remove(one);
  return gone;
}

/** The log goes first: left behind, SQLite would play it into the new database. */
function swap(file: string, ready: string, movedTo: string): void {
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${movedTo}-wal`);
  rmSync(`${file}-shm`, { force: true }); // only an index of the log
  if (existsSync(file)) renameSync(file, movedTo);
  renameSync(ready, file);
  syncFolder(dirname(file));
}

/** Goes on with a replacement that the end of the process interrupted. Call before the database is opened; null: there was none. */
export function finishReplacement(file: string): Moved | null {
  remove(making(file));
  const start = basename(file) + READY;
  const ready = readdirSync(dirname(file)).find((name) => name.startsWith(start));
  if (ready === undefined) return null;
  const movedTo = join(dirname(file), ready.slice(start.length));
  swap(file, join(dirname(file), ready), movedTo);
  return { file, movedTo, at: Date.parse(timeOf(movedTo)) || 0, removed: [] };
}

const timeOf = (movedTo: string): string =>
  (/damaged-(.{10}T)(\d\d)-(\d\d)-(\d\d)-(\d{3}Z)/.exec(movedTo) ?? [])
    .slice(1)
    .join(':')
    .replace('T:', 'T')
    .replace(/:(\d{3}Z)$/, '.$1');

/**
 * Replaces a damaged database, which must be closed, by a new one, and keeps the damaged files. `make` builds the new one in the file
 * it is given, from the damaged one where that still lies, and closes it; nothing is moved before it is whole, so that the end of
 * the process at any moment leaves either the one or the other.
 */
export function replaceDatabase(file: string, now: number, make: (fresh: string, movedTo: string) => void): Moved {
  const movedTo = freeName(file, now);
  const fresh = making(file);
  remove(fresh);
  make(fresh, movedTo);
  rmSync(`${fresh}-wal`, { force: true }); // closed well, it holds nothing
  rmSync(`${fresh}-shm`, { force: true });
  const ready = file + READY + basename(movedTo);
  renameSync(fresh, ready);
  syncFolder(dirname(file));
  swap(file, ready, movedTo);
  return { file, movedTo, at: now, removed: makeRoom(file) };
}
