import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, GatewayError } from '../../base/errors.ts';
import type { DiskGuard } from './disk-guard.ts';
import { isDamage } from './faults.ts';
import { type DatabaseName, finishReplacement, type Moved, type MovedAside } from './move-aside.ts';
import { isLogDamaged } from './salvage-pages.ts';
import type { KnownNumbers } from './spool-sources.ts';

/** Puts a new database in the place of a damaged one that is closed. */
export interface Replacement {
  /** Whether a commit counts as kept for ever: then a log that lost one is damage too. */
  readonly durable: boolean;
  /** `known`: custody numbers that memory still knows. The second part says in words what became of the content. */
  replace(file: string, now: number, known?: KnownNumbers): readonly [Moved, string];
}

export interface Mender {
  /** Opens a database; a damaged one is replaced first, and said. */
  open<T>(name: DatabaseName, open: () => T): T;
  /** Replaces a database, which must be closed. Throws what the disk throws; the damaged one then lies where it was. */
  replace(name: DatabaseName, cause: unknown, known?: KnownNumbers): void;
}

/**
 * SQLite takes an empty or a missing file for a new database, and throws its log away. Beside a log it is one that lost its content;
 * an empty one also beside others that are in use.
 */
function isEmptied(dir: string, file: string): boolean {
  if (existsSync(file) && statSync(file).size > 0) return false;
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) return true;
  if (!existsSync(file)) return false;
  return readdirSync(dir).some((name) => /^(state|history)\.db$/.test(name) && statSync(join(dir, name)).size > 0);
}

const wentWrong = (file: string, what: string): GatewayError =>
  new GatewayError('store/damaged', `The database ${file} is damaged: ${what}.`, { details: { file } });

/** True where the content of a database is at fault. */
export const isDamaged = (error: unknown): boolean =>
  isDamage(error) || (error instanceof GatewayError && error.code === 'store/damaged');

export function createMender(
  dir: string,
  kinds: Readonly<Record<DatabaseName, Replacement>>,
  guard: Pick<DiskGuard, 'note'>,
  deps: { readonly now: () => number; tell(moved: MovedAside): void },
): Mender {
  const fileOf = (name: DatabaseName): string => join(dir, `${name}.db`);
  function tell(database: DatabaseName, moved: Moved, cause: unknown, saved: string): void {
    const text = `The database ${moved.file} was damaged; it was moved to ${moved.movedTo}. ${saved}`;
    guard.note(new GatewayError('store/salvaged', text, { cause }));
    deps.tell({ ...moved, database, cause: describe(cause), saved });
  }
  function replace(name: DatabaseName, cause: unknown, known?: KnownNumbers): void {
    const [moved, saved] = kinds[name].replace(fileOf(name), deps.now(), known);
    tell(name, moved, cause, saved);
  }
  return {
    replace,
    open(name, open) {
      const file = fileOf(name);
      const interrupted = finishReplacement(file);
      if (interrupted)
        tell(name, interrupted, wentWrong(file, 'found before the last end'), 'The replacement was interrupted and is done.');
      if (isEmptied(dir, file)) replace(name, wentWrong(file, 'it is empty or missing'));
      else if (kinds[name].durable && isLogDamaged(file)) replace(name, wentWrong(file, 'its log lost what was committed'));
      try {
        return open();
      } catch (error) {
        if (!isDamaged(error)) throw error;
        replace(name, error);
        return open();
      }
    },
  };
}
