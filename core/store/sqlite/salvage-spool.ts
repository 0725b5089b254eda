import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { StoreCondition } from '../store.ts';
import { asNumber, asNumberOrNull, asRow, asText } from './cells.ts';
import { type OldBooks, readBooks } from './salvage-books.ts';
import { createHoleFinder, type Hole, type HoleFinder } from './salvage-holes.ts';
import { openPages, type Pages } from './salvage-pages.ts';
import { rowsOfPage } from './salvage-records.ts';
import { spoolRowOf } from './salvage-rows.ts';
import { createSalvageWriter, type SalvageWriter } from './salvage-writer.ts';

/** Pages of one transaction at most: its share of the write-ahead log stays small. */
const SLICE_PAGES = 128;
/** More explanations than this help nobody. */
const MAX_GAPS = 1000;

export interface SpoolSalvage {
  report(): NonNullable<StoreCondition['salvage']>;
  running(): boolean;
  /** One slice in one transaction, about so many ms of reading. Returns whether more is to do. The books on disk have then changed. */
  step(budgetMs: number): boolean;
  /** Closes the damaged file; the database is the caller's. */
  close(): void;
}

interface Progress {
  /** The moved file, and behind it one that was not done when this one was damaged too, as `page@file`, and so on. */
  readonly files: string;
  readonly cursor: number;
  readonly state: 'running' | 'done';
  readonly startedMs: number;
  readonly expected: number | null;
  readonly salvaged: number;
  readonly lost: number;
  readonly exact: boolean;
}

function readProgress(db: Database): Progress | null {
  const found = db.prepare('SELECT file, cursor, state, started_ms, expected, salvaged, lost, exact FROM salvage').raw().get();
  if (found === undefined) return null;
  const row = asRow(found);
  return {
    files: asText(row[0]),
    cursor: asNumber(row[1]),
    state: row[2] === 'running' ? 'running' : 'done',
    startedMs: asNumber(row[3]),
    expected: asNumberOrNull(row[4]),
    salvaged: asNumber(row[5]),
    lost: asNumber(row[6]),
    exact: row[7] === 1,
  };
}

const firstLine = (files: string): string => files.split('\n')[0] ?? '';

/** The file that is to be done after the first one, and where to begin in it. */
function nextOf(files: string): { files: string; cursor: number } | null {
  const rest = files.slice(firstLine(files).length + 1);
  const at = rest.indexOf('@');
  return at < 1 ? null : { files: rest.slice(at + 1), cursor: Number(rest.slice(0, at)) };
}

interface Source {
  readonly pages: Pages;
  readonly books: OldBooks;
  readonly writer: SalvageWriter;
}

/** Books what streams lost of which the old books could not say it. Returns the loss of all. */
function bookLosses(db: Database, losses: ReadonlyMap<number, number>, books: OldBooks | null): number {
  const drop = db.prepare(
    "INSERT INTO drops VALUES (?, 'damaged', ?) ON CONFLICT (stream, reason) DO UPDATE SET count = count + excluded.count",
  );
  const stream = db.prepare('UPDATE streams SET appended = appended + ? WHERE id = ?');
  const booked = db.prepare("SELECT count FROM drops WHERE stream = ? AND reason = 'damaged'").pluck();
  const known = new Set<number>();
  let sum = 0;
  for (const { id, expected } of books?.streams ?? []) {
    if (expected === null) continue;
    known.add(id);
    const before = books?.drops.find((one) => one.stream === id && one.reason === 'damaged')?.count ?? 0;
    sum += Math.max(0, (asNumberOrNull(booked.get(id) ?? null) ?? 0) - before);
  }
  for (const [id, count] of losses) {
    if (known.has(id) || count === 0) continue;
    drop.run(id, count);
    stream.run(count, id);
    sum += count;
  }
  return sum;
}

/**
 * Brings what can be read in a damaged spool into the new one, a few pages at a time, and goes on after any end of the process: the
 * place it has come to changes in the same transaction as the rows. Null where nothing was ever salvaged. `roots`: see `readBooks`.
 */
export function openSpoolSalvage(
  db: Database,
  dir: string,
  deps: { readonly now: () => number; readonly monotonic: () => number },
): SpoolSalvage | null {
  const found = readProgress(db);
  if (!found) return null;
  let progress = found;
  const roots = new Map(
    db
      .prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
      .raw()
      .all()
      .map((row) => [asText(asRow(row)[0]), asNumber(asRow(row)[1])] as const),
  );
  const save = db.prepare('UPDATE salvage SET file = ?, cursor = ?, state = ?, expected = ?, salvaged = ?, lost = ?, exact = ?');
  let source: Source | null = null;
  let finder: HoleFinder | null = null;

  function write(next: Progress): void {
    save.run(next.files, next.cursor, next.state, next.expected, next.salvaged, next.lost, next.exact ? 1 : 0);
  }
  function open(): Source | null {
    const file = join(dir, firstLine(progress.files));
    if (source || !(existsSync(file) || existsSync(`${file}-wal`))) return source;
    const pages = openPages(file);
    const books = readBooks(pages, roots);
    source = { pages, books, writer: createSalvageWriter(db, books) };
    return source;
  }
  function closeSource(): void {
    source?.pages.close();
    source = null;
  }
  /** Reads pages until the time is up. */
  function readPages(from: Source, until: number): void {
    const end = Math.min(from.pages.count, progress.cursor + SLICE_PAGES - 1);
    let cursor = progress.cursor;
    let count = 0;
    for (; cursor <= end && (cursor === progress.cursor || deps.monotonic() < until); cursor += 1) {
      if (from.pages.isFree(cursor)) continue;
      for (const raw of rowsOfPage(from.pages, cursor)) {
        const row = spoolRowOf(raw);
        if (row && from.writer.put(row)) count += 1;
      }
    }
    from.writer.flush();
    const salvaged = progress.salvaged + count;
    const lost = progress.expected === null ? 0 : Math.max(0, progress.expected - salvaged);
    const next = { ...progress, cursor, salvaged, lost };
    write(next);
    progress = next;
  }
  function finish(holes: readonly Hole[], losses: ReadonlyMap<number, number>): void {
    const { expected, salvaged } = progress;
    const lost = expected === null ? bookLosses(db, losses, open()?.books ?? null) : Math.max(0, expected - salvaged);
    const missing = holes.reduce((sum, { count }) => sum + count, 0);
    // more holes than losses: some of them were delivered out of order, and nobody can say which
    if (expected === null || missing <= lost) {
      const gap = db.prepare("INSERT INTO gaps (source, first, last, count, reason, at_ms) VALUES (?, ?, ?, ?, 'damaged', ?)");
      for (const one of holes.slice(0, MAX_GAPS)) gap.run(one.source, one.first, one.last, one.count, deps.now());
    }
    const next: Progress = {
      ...progress,
      state: 'done',
      lost,
      exact: progress.exact && expected !== null && salvaged <= expected,
    };
    write(next);
    progress = next;
  }
  /** The pages are done: the next file, or the sums. */
  function afterPages(): void {
    const next = nextOf(progress.files);
    if (next) {
      closeSource();
      progress = { ...progress, ...next };
      write(progress);
      return;
    }
    if (progress.exact && progress.lost === 0) {
      finish([], new Map());
      return;
    }
    finder ??= createHoleFinder(db, open()?.books ?? null);
    if (!finder.step()) finish(finder.holes(), finder.losses());
  }
  const step = db.transaction((budgetMs: number) => {
    const from = open();
    if (from && progress.cursor <= from.pages.count) readPages(from, deps.monotonic() + budgetMs);
    else afterPages();
  });
  return {
    running: () => progress.state === 'running',
    report: () => ({
      state: progress.state,
      file: join(dir, firstLine(progress.files)),
      at: progress.startedMs,
      salvaged: progress.salvaged,
      lost: progress.lost,
      exact: progress.exact,
    }),
    step(budgetMs) {
      if (progress.state === 'done') return false;
      const before = progress;
      try {
        step.immediate(budgetMs);
      } catch (error) {
        progress = before; // what was rolled back is done again
        closeSource();
        throw error;
      }
      if (progress.state === 'running') return true;
      closeSource();
      finder = null;
      return false;
    },
    close: closeSource,
  };
}
