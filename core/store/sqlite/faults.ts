import { closeSync, openSync, unlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, GatewayError } from '../../base/errors.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The user this gateway runs as, for messages about permissions. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Writes and removes a small file. What it throws says why a folder cannot be written better than SQLite's codes do. */
export function probeWritable(dir: string): void {
  const file = join(dir, `.probe-${process.pid}`);
  closeSync(openSync(file, 'w'));
  unlinkSync(file);
}

/** The fault of a folder that cannot be made or written at start. */
export function unwritable(dir: string, cause: unknown): GatewayError {
  const user = userName();
  return new GatewayError('gateway/data-unwritable', `The data directory ${dir} cannot be written by ${user}.`, {
    cause,
    details: { path: dir, user, code: codeOf(cause) },
    remedy: `Give ${user} write access to ${dir}, or choose another folder with --data.`,
  });
}

/** True where the file's content is not a sound database. */
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));

/** True where a commit may stand in the log although it failed. */
export const isUnsynced = (error: unknown): boolean => /^SQLITE_IOERR/.test(codeOf(error));

/** True where the disk or the file is at fault, not the call. */
export function isDiskFault(error: unknown): boolean {
  if (error instanceof GatewayError) return error.code === 'store/damaged';
  return /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|NOMEM)|ENOSPC|EDQUOT|EROFS|EIO|EACCES|EPERM)/.test(
    codeOf(error),
  );
}

/** SQLite reports a disk that became read-only as a failed write; the folder itself tells them apart. */
function codeByProbe(dir: string): ErrorCode {
  try {
    probeWritable(dir);
    return 'store/failed';
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'store/read-only';
    return code === 'ENOSPC' || code === 'EDQUOT' ? 'store/full' : 'store/failed';
  }
}

/** Turns what SQLite or the file system threw into a fault with a code. A `GatewayError` passes unchanged. */
export function toStoreError(error: unknown, dir: string): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = codeOf(error);
  if (/^SQLITE_FULL/.test(code) || code === 'ENOSPC' || code === 'EDQUOT') {
    return new GatewayError('store/full', `The disk with ${dir} is full.`, { cause: error });
  }
  if (/^SQLITE_READONLY/.test(code) || code === 'EROFS') {
    return new GatewayError('store/read-only', `${dir} is read-only.`, { cause: error });
  }
  if (isDamage(error)) return new GatewayError('store/damaged', `A database in ${dir} is damaged.`, { cause: error });
  if (/^SQLITE_(IOERR|CANTOPEN)/.test(code)) {
    const told = codeByProbe(dir);
    const what = { 'store/read-only': 'is read-only', 'store/full': 'is on a full disk' };
    const text = told === 'store/read-only' || told === 'store/full' ? what[told] : 'cannot be read or written';
    return new GatewayError(told, `${dir} ${text}.`, { cause: error });
  }
  return new GatewayError('store/failed', `The database in ${dir} refused the operation.`, { cause: error });
}
