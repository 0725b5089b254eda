import { basename } from 'node:path';
import { asNumber, asRow, asText } from './cells.ts';
import { type Migration, openDatabase } from './database.ts';
import { type Moved, replaceDatabase } from './move-aside.ts';
import { newestEntry, readBooks } from './salvage-books.ts';
import { openPages } from './salvage-pages.ts';
import { seedSpool } from './salvage-seed.ts';
import type { KnownNumbers } from './spool-sources.ts';

export interface ReplaceOptions {
  readonly migrations: readonly Migration[];
  readonly walPages: number;
  /** Wall time in ms. */
  readonly now: number;
  /** Custody numbers that memory still knows. */
  readonly known?: KnownNumbers;
}

/**
 * Puts a new spool in the place of a damaged one, which must be closed. It accepts messages at once; what waited comes back by
 * `openSpoolSalvage`. Throws what SQLite or the disk throws, and has then left the damaged one where it was.
 */
export function replaceSpool(file: string, options: ReplaceOptions): Moved {
  return replaceDatabase(file, options.now, (fresh, movedTo) => {
    const db = openDatabase(fresh, { synchronous: 'FULL', migrations: options.migrations, walPages: options.walPages });
    try {
      const tables = db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").raw().all().map(asRow);
      const roots = new Map(tables.map((row) => [asText(row[0]), asNumber(row[1])]));
      const pages = openPages(file);
      try {
        const books = readBooks(pages, roots);
        const { now, known } = options;
        seedSpool(db, books, { file: basename(movedTo), now, newest: newestEntry(pages, roots), ...(known && { known }) });
      } finally {
        pages.close();
      }
    } finally {
      db.close();
    }
  });
}
