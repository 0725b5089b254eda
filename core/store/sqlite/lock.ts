import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { GatewayError } from '../../base/errors.ts';

export interface DataLock {
  release(): void;
}

const NAME = 'lock.db';
const OWNER = 'lock.owner';

function ownerOf(dir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dir, OWNER), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // the number is a courtesy; the lock itself does not need it
  }
}

/**
 * Holds the data directory for this process: an open exclusive transaction on a small database. The operating system drops
 * the lock with the process, however that ends, so a stale lock cannot be. Throws `gateway/already-running`.
 * Nothing else may open and close `lock.db` in this process: POSIX would drop the lock.
 */
export function lockDirectory(dir: string, dataDir: string): DataLock {
  const db = new Sqlite(join(dir, NAME), { timeout: 300 });
  try {
    db.pragma('journal_mode = MEMORY');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('SQLITE_BUSY') && !code.startsWith('SQLITE_LOCKED')) throw cause;
    const pid = ownerOf(dir);
    const who = pid === null ? 'Another gateway' : `Another gateway (process ${pid})`;
    throw new GatewayError('gateway/already-running', `${who} already uses the data directory ${dataDir}.`, {
      cause,
      details: { path: dataDir, pid },
    });
  }
  try {
    writeFileSync(join(dir, OWNER), String(process.pid));
  } catch {
    // a full disk must not keep the gateway from starting
  }
  return { release: () => db.close() };
}
