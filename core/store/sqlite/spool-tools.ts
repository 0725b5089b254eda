import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { SteadyTime } from '../spool.ts';
import { createKeeper, type Keeper } from '../spool-keeper.ts';
import type { OpenOptions } from './database.ts';
import { createDeadDb, type DeadBounds, type DeadDb } from './dead-db.ts';
import { isUnsynced } from './faults.ts';
import { createGaps, type Gaps } from './spool-gaps.ts';
import { createInserter, type Inserter } from './spool-insert.ts';
import { bytesToCome, createRoom, type DiskSpace, type Room } from './spool-room.ts';
import { createEntryRows, type EntryRows, indexExpiry } from './spool-rows.ts';
import { createSources, type Sources } from './spool-sources.ts';
import { createSpoolTables, type SpoolTables } from './spool-tables.ts';

export interface SpoolDbOptions extends Pick<OpenOptions, 'walPages' | 'onStatement'> {
  readonly monotonic?: () => number;
  /** Of the disk with the database; without it the room on the disk is not watched. */
  readonly space?: (dir: string) => DiskSpace | null;
  readonly deadBounds?: DeadBounds;
  /** How many streams can be told apart; for tests. */
  readonly streamNumbers?: number;
  /** How many sources are remembered; for tests. */
  readonly mostSources?: number;
}

/** What the calls on the spool work with. */
export interface SpoolTools {
  readonly rows: EntryRows;
  readonly tables: SpoolTables;
  readonly sources: Sources;
  readonly inserter: Inserter;
  readonly gaps: Gaps;
  readonly dead: DeadDb;
  readonly keeper: Keeper;
  readonly room: Room;
  /** Numbers of the streams whose books changed since this was cleared. */
  readonly changed: Set<number>;
  /** Makes the index by expiry once few enough wait; not in a transaction. */
  indexExpiry(): void;
  /**
   * Runs `work` as one transaction and writes the books with it. When it fails, everything is as before.
   * `if-changed`: nothing is written where no book changed.
   */
  transact<T>(life: SteadyTime, work: () => T, write?: 'always' | 'if-changed'): T;
}

export function createSpoolTools(db: Database, file: string, options: SpoolDbOptions): SpoolTools {
  let indexed = false;
  const rows = createEntryRows(db, () => indexed);
  const tables = createSpoolTables(db, rows, options.streamNumbers);
  const { books } = tables;
  function index(): void {
    if (!indexed) indexed = indexExpiry(db, books.total.count);
  }
  index();
  const sources = createSources(db, options.mostSources);
  const inserter = createInserter(db, sources);
  const gaps = createGaps(db);
  const dead = createDeadDb(db, options.deadBounds);
  const freePages = db.prepare('PRAGMA freelist_count').pluck();
  const pages = db.prepare('PRAGMA page_count').pluck();
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  const room = createRoom({
    monotonic: options.monotonic ?? (() => 0),
    space: () => options.space?.(dirname(file)) ?? null,
    freePageBytes: () => Number(freePages.get()) * pageBytes,
    comingBytes: () => bytesToCome(file, Number(pages.get()) * pageBytes, options.walPages),
  });
  const changed = new Set<number>();
  let wallMs = 0;
  /** A commit was written and not synced: its frames stand in the log behind the last one that counts. */
  let remains = false;
  const keeper = createKeeper(books, { ...rows, lose: (ranges, reason) => gaps.add(ranges, reason, wallMs) });
  function undo(perhapsWritten: boolean): void {
    books.undo();
    sources.forget(perhapsWritten);
    inserter.forget();
    gaps.forget();
    dead.forget();
  }
  return {
    ...{ rows, tables, sources, inserter, gaps, dead, keeper, room, changed },
    indexExpiry: index,
    transact(life, work, write = 'always') {
      wallMs = life.wallMs;
      const transaction = db.transaction(() => {
        const result = work();
        sources.save(life.steadyMs);
        if (write === 'always' || books.isChanged()) tables.save(life);
        atItsEnd = true;
        return result;
      });
      let atItsEnd = false;
      try {
        if (remains) {
          // A shorter commit over them would leave an end that looks as if commits were lost from the middle of the log.
          db.pragma('wal_checkpoint(RESTART)');
          remains = false;
        }
        const result = transaction.immediate();
        for (const book of books.changed()) changed.add(book.number);
        books.keep();
        sources.keep();
        dead.keep();
        return result;
      } catch (error) {
        undo(atItsEnd);
        remains ||= isUnsynced(error);
        throw error;
      }
    },
  };
}
