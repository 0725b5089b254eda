import type { SpoolPlan } from '../spool.ts';
import type { StoreCondition } from '../store.ts';
import { openSalvaging, type Salvaging } from './salvaging.ts';
import { openSlot, type Slot } from './slot.ts';
import { openSpoolDb, SPOOL_MIGRATIONS, type SpoolDb } from './spool-db.ts';
import { spaceOf } from './spool-room.ts';

/** The spool and the salvage into it: two connections to one database, opened and closed together. */
export interface SpoolSlot extends Slot<SpoolDb> {
  /** Rules that hold from now on, also after the spool was opened anew. */
  configure(plan: SpoolPlan): void;
  report(): StoreCondition['salvage'];
  /** One slice of the salvage. The spool is opened anew behind it: its figures have changed under it. */
  salvage(budgetMs: number): void;
}

export interface SpoolSlotOptions {
  readonly walPages: number;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Runs what opens the database; replaces a damaged one first. */
  sound<T>(open: () => T): T;
}

interface Both {
  spool: SpoolDb;
  readonly salvaging: Salvaging;
  close(): void;
}

/** Opens the spool. Throws what `options.sound` throws. */
export function openSpoolSlot(file: string, options: SpoolSlotOptions): SpoolSlot {
  const { walPages, monotonic } = options;
  let plan: SpoolPlan | null = null;
  function openSpool(): SpoolDb {
    const made = openSpoolDb(file, { walPages, monotonic, space: spaceOf });
    if (plan) made.configure(plan);
    return made;
  }
  function openBoth(): Both {
    const spool = openSpool();
    try {
      return {
        spool,
        salvaging: openSalvaging(file, { walPages, migrations: SPOOL_MIGRATIONS }, options),
        close() {
          this.salvaging.close();
          this.spool.close();
        },
      };
    } catch (error) {
      spool.close();
      throw error;
    }
  }
  const slot = openSlot(() => options.sound(openBoth));
  return {
    ...slot,
    get: () => slot.get().spool,
    configure(rules) {
      plan = rules;
      slot.get().spool.configure(rules);
    },
    report: () => slot.get().salvaging.report(),
    salvage(budgetMs) {
      const both = slot.get();
      both.salvaging.step(budgetMs);
      both.spool.close();
      try {
        both.spool = openSpool();
      } catch (error) {
        slot.close(); // until it is opened anew: figures that are not true any more must not be written
        throw error;
      }
    },
  };
}
