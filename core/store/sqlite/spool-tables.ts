import type { Database } from 'better-sqlite3';
import { REST_STREAM } from '../../contract/document/outbox.ts';
import { DROP_REASONS, type DropReason, type SteadyTime } from '../spool.ts';
import { type Book, type Books, createBooks, dropsOf, newBook } from '../spool-books.ts';
import { idOf, REST_NUMBER, STREAM_NUMBERS } from '../spool-ids.ts';
import { asNumber, asRow, asText } from './cells.ts';
import type { EntryRows } from './spool-rows.ts';

/** The small tables of the spool: streams with their books, and the time of the last commit. */
export interface SpoolTables {
  readonly books: Books;
  readonly life: SteadyTime | null;
  /**
   * The stream of this name, made where there is none. When all numbers are in use, an empty stream that `isPlanned` does not know
   * gives its number up, and its books go to `rest`; when there is none, `rest` itself is the answer. Part of the commit's transaction.
   */
  ensure(name: string, isPlanned: (name: string) => boolean): Book;
  /** Writes the books that changed, and the time; part of the commit's transaction. */
  save(life: SteadyTime): void;
}

const TRUSTS: readonly SteadyTime['trust'][] = ['never', 'holding', 'synced'];

function readLife(db: Database): SteadyTime | null {
  const row = db.prepare('SELECT steady_ms, wall_ms, trust FROM life').raw().get();
  if (row === undefined) return null;
  const cell = asRow(row);
  const trust = TRUSTS.find((one) => one === cell[2]) ?? 'never';
  return { steadyMs: asNumber(cell[0]), wallMs: asNumber(cell[1]), trust };
}

function readDrops(db: Database): Map<number, Partial<Record<DropReason, number>>> {
  const drops = new Map<number, Partial<Record<DropReason, number>>>();
  for (const row of db.prepare('SELECT stream, reason, count FROM drops').raw().all()) {
    const cell = asRow(row);
    const reason = DROP_REASONS.find((one) => one === cell[1]);
    const stream = asNumber(cell[0]);
    if (reason) drops.set(stream, { ...drops.get(stream), [reason]: asNumber(cell[2]) });
  }
  return drops;
}

/** One row per stream, and the first entry of each that holds any. */
function readBooks(db: Database, rows: EntryRows): Book[] {
  const drops = readDrops(db);
  const streams = db
    .prepare('SELECT id, name, next, appended, appended_bytes, acknowledged, dead, waiting, bytes FROM streams ORDER BY id')
    .raw();
  return streams.all().map((row) => {
    const cell = asRow(row);
    const number = asNumber(cell[0]);
    const waiting = asNumber(cell[7]);
    const [oldest] = waiting > 0 ? rows.heads(number, idOf(number, 0), 1) : [];
    return {
      ...newBook(number, asText(cell[1]), asNumber(cell[2])),
      appended: asNumber(cell[3]),
      appendedBytes: asNumber(cell[4]),
      acknowledged: asNumber(cell[5]),
      dead: asNumber(cell[6]),
      count: waiting,
      bytes: asNumber(cell[8]),
      dropped: drops.get(number) ?? {},
      oldestAt: oldest?.wallMs ?? null,
      oldestKeptAt: oldest?.keptMs ?? null,
    };
  });
}

function createSaver(db: Database, books: Books): SpoolTables['save'] {
  const life = db.prepare('INSERT OR REPLACE INTO life (id, steady_ms, wall_ms, trust) VALUES (1, ?, ?, ?)');
  const stream = db.prepare(
    `INSERT INTO streams (name, next, appended, appended_bytes, acknowledged, dead, waiting, bytes, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, next = excluded.next, appended = excluded.appended,
     appended_bytes = excluded.appended_bytes, acknowledged = excluded.acknowledged, dead = excluded.dead,
     waiting = excluded.waiting, bytes = excluded.bytes`,
  );
  const drop = db.prepare('INSERT OR REPLACE INTO drops (stream, reason, count) VALUES (?, ?, ?)');
  return (time) => {
    for (const book of books.changed()) {
      const { name, next, appended, appendedBytes, acknowledged, dead, count, bytes, number } = book;
      stream.run(name, next, appended, appendedBytes, acknowledged, dead, count, bytes, number);
      for (const [reason, dropped] of dropsOf(book)) drop.run(number, reason, dropped);
    }
    life.run(time.steadyMs, time.wallMs, time.trust);
  };
}

/** What a stream's number leaves behind goes to the books of the rest, so that the sums hold. */
function moveBooks(books: Books, from: Book, to: Book): void {
  const dropped = { ...to.dropped };
  for (const [reason, count] of dropsOf(from)) dropped[reason] = (dropped[reason] ?? 0) + count;
  books.put({
    ...to,
    appended: to.appended + from.appended,
    appendedBytes: to.appendedBytes + from.appendedBytes,
    acknowledged: to.acknowledged + from.acknowledged,
    dead: to.dead + from.dead,
    dropped,
  });
}

export function createSpoolTables(db: Database, rows: EntryRows, numbers = STREAM_NUMBERS): SpoolTables {
  const books = createBooks(readBooks(db, rows));
  const forgetDrops = db.prepare('DELETE FROM drops WHERE stream = ?');
  const rest = (): Book => {
    const found = books.numbered(REST_NUMBER);
    if (found) return found;
    const made = newBook(REST_NUMBER, REST_STREAM);
    books.put(made);
    return made;
  };
  function freeNumber(): number | null {
    for (let number = 1; number < numbers; number += 1) if (!books.numbered(number)) return number;
    return null;
  }
  return {
    books,
    life: readLife(db),
    ensure(name, isPlanned) {
      const known = books.named(name);
      if (known) return known;
      if (name === REST_STREAM) return rest();
      const free = freeNumber();
      if (free !== null) {
        const made = newBook(free, name);
        books.put(made);
        return made;
      }
      for (const book of books.all()) {
        if (book.number === REST_NUMBER || book.count > 0 || isPlanned(book.name)) continue;
        moveBooks(books, book, rest());
        forgetDrops.run(book.number);
        const renamed = newBook(book.number, name, book.next);
        books.put(renamed);
        return renamed;
      }
      return rest();
    },
    save: createSaver(db, books),
  };
}
