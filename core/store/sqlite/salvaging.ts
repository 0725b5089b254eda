import { dirname } from 'node:path';
import type { StoreCondition } from '../store.ts';
import { openDatabase } from './database.ts';
import type { ReplaceOptions } from './salvage-begin.ts';
import { openSpoolSalvage } from './salvage-spool.ts';

/** The salvage of one spool, on a connection of its own, which is open only while there is work. */
export interface Salvaging {
  /** Of the last salvage, whenever that was; null: there never was one. */
  report(): StoreCondition['salvage'];
  running(): boolean;
  /** One slice; see `SpoolSalvage`. */
  step(budgetMs: number): void;
  close(): void;
}

/** Call when the spool itself is open, so that its tables are there. */
export function openSalvaging(
  file: string,
  options: Omit<ReplaceOptions, 'now'>,
  deps: { readonly now: () => number; readonly monotonic: () => number },
): Salvaging {
  const { migrations, walPages } = options;
  const db = openDatabase(file, { synchronous: 'FULL', migrations, walPages });
  const salvage = openSpoolSalvage(db, dirname(file), deps);
  let report = salvage?.report() ?? null;
  const close = (): void => {
    salvage?.close();
    db.close();
  };
  if (report?.state !== 'running') close();
  return {
    report: () => report,
    running: () => report?.state === 'running',
    step(budgetMs) {
      if (!salvage || report?.state !== 'running') return;
      salvage.step(budgetMs);
      report = salvage.report();
      if (report.state !== 'running') close();
    },
    close,
  };
}
