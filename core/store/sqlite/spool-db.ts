import type { Database } from 'better-sqlite3';
import type { GapView } from '../../contract/outbox-views.ts';
import type { FaultView } from '../../contract/views.ts';
import type { SpoolAsk, SpoolEntry, SpoolPlan, SpoolStats, SteadyTime, StreamStats } from '../spool.ts';
import { type Book, toStreamStats } from '../spool-books.ts';
import { rangesOf } from '../spool-gaps.ts';
import { idOf, streamOf } from '../spool-ids.ts';
import { giveBack, openDatabase, setUp } from './database.ts';
import type { DeadDb } from './dead-db.ts';
import { spool0001 } from './migrations/0001-spool.ts';
import { spool0002 } from './migrations/0002-spool.ts';
import { spool0003 } from './migrations/0003-spool.ts';
import { type PackedAppends, packAppends, place, type SpoolCommitted } from './spool-place.ts';
import { runsOf } from './spool-rows.ts';
import type { KnownNumbers, SourceLast } from './spool-sources.ts';
import { createSpoolTools, type SpoolDbOptions, type SpoolTools } from './spool-tools.ts';

export const SPOOL_MIGRATIONS = [spool0001, spool0002, spool0003];

interface Edit {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface SpoolCommit {
  readonly append: PackedAppends | null;
  readonly ack: ArrayLike<number>;
  readonly life: SteadyTime;
}

/** Figures that are not what they were. */
export interface SpoolChange {
  readonly streams: readonly StreamStats[];
  /** Names of streams that are no more. */
  readonly gone: readonly string[];
  readonly short: SpoolStats['short'];
  readonly deadLetters: SpoolStats['deadLetters'];
}

/** The spool's tables. Every call is one transaction; what it throws is SQLite's own error and leaves nothing half done. */
export interface SpoolDb {
  /** What memory knows of the sources' numbers; reads no disk. */
  known(): KnownNumbers;
  configure(plan: SpoolPlan): void;
  commit(input: SpoolCommit): SpoolCommitted;
  peek(ask: SpoolAsk, life: SteadyTime): SpoolEntry[];
  bury(ids: readonly number[], fault: FaultView, destination: string, life: SteadyTime): void;
  readonly dead: Pick<DeadDb, 'list' | 'get'>;
  /** Throws `outbox/full` where the stream refuses; nothing is then changed. */
  retry(ids: readonly number[] | null, edit: Edit | null, life: SteadyTime): number;
  discard(ids: readonly number[] | null, life: SteadyTime): number;
  gaps(source: string, first: number, last: number, limit: number): GapView[];
  sources(): SourceLast[];
  /** A small step of what the rules want gone. Returns whether there is more. */
  sweep(life: SteadyTime): boolean;
  /** All figures. */
  stats(): SpoolChange;
  /** What changed since it was asked last; null when nothing did. */
  takeChange(): SpoolChange | null;
  /** Set while the disk has less than its room; as of the last measurement. */
  short(): SpoolStats['short'];
  /** Of the last commit before this spool was opened. */
  readonly life: SteadyTime | null;
  /** Gives the room of acknowledged messages back to the disk, the write-ahead log's too. */
  shrink(): void;
  /** Copies the write-ahead log into the database, gives some free pages back, forgets some sources. Returns whether there is more. */
  tidy(): boolean;
  close(): void;
}

/** 4 MB at a time, so that appends do not wait long for it. */
const TIDY_PAGES = 1024;
/** Entries that a commit may drop beside twice those it brings, and a sweep: some ten ms. */
const COMMIT_BUDGET = 2000;
const SWEEP_BUDGET = 2000;

/** Opens the spool. Reads one row per stream and the first entry of each, however many wait. */
export function openSpoolDb(file: string, options: SpoolDbOptions): SpoolDb {
  const { walPages, onStatement } = options;
  const db = openDatabase(file, {
    walPages,
    ...(onStatement ? { onStatement } : {}),
    synchronous: 'FULL',
    migrations: SPOOL_MIGRATIONS,
  });
  return setUp(db, file, () => createSpoolDb(db, file, options));
}

/** Removes what is acknowledged of these ids. Returns the streams whose oldest entry may be another now. */
function acknowledge({ rows, tables: { books } }: SpoolTools, ids: ArrayLike<number>): Set<Book> {
  const touched = new Set<Book>();
  for (const [first, last] of runsOf(ids)) {
    const book = books.numbered(streamOf(first));
    const [count, bytes] = book ? rows.measure(first, last) : [0, 0];
    if (!book || count === 0) continue;
    rows.removeRange(first, last);
    books.take(book, count, bytes, 'acknowledged');
    touched.add(book);
  }
  return touched;
}

function refreshOldest({ rows, tables: { books } }: SpoolTools, streams: Iterable<Book>): void {
  for (const { number } of streams) {
    const book = books.numbered(number); // another one than before where `rest` took books over meanwhile
    if (book) books.oldest(book, rows.heads(number, idOf(number, 0), 1)[0] ?? null);
  }
}

function commit(tools: SpoolTools, { append, ack, life }: SpoolCommit): SpoolCommitted {
  const { keeper, room, tables } = tools;
  const { books } = tables;
  const coming = append?.messages.buffer.byteLength ?? 0;
  keeper.setCeiling(room.check(keeper.rules().whole, books.total, coming));
  return tools.transact(life, () => {
    const shortened = acknowledge(tools, ack);
    const committed = append ? place(tools, append, life) : { firstIds: new Float64Array(0), refused: [] };
    refreshOldest(tools, shortened);
    if (append) keeper.enforce(books.changed(), COMMIT_BUDGET + 2 * append.messages.count);
    return committed;
  });
}

function bury(tools: SpoolTools, ids: readonly number[], fault: FaultView, destination: string): void {
  const { rows, gaps, dead, tables } = tools;
  const touched = new Set<Book>();
  let count = 0;
  let size = 0;
  for (const [first, last] of runsOf(ids)) {
    const book = tables.books.numbered(streamOf(first));
    const heads = book ? rows.between(first, last) : [];
    if (!book || heads.length === 0) continue;
    const bytes = heads.reduce((sum, head) => sum + head.bytes, 0);
    dead.bury(first, last, book.name, destination, fault);
    rows.removeRange(first, last);
    tables.books.take(book, heads.length, bytes, 'dead');
    gaps.add(rangesOf(heads, 'dead-letter'), 'dead-letter', fault.at);
    touched.add(book);
    count += heads.length;
    size += bytes;
  }
  refreshOldest(tools, touched);
  dead.buried(count, size);
}

function retry(tools: SpoolTools, ids: readonly number[] | null, edit: Edit | null, life: SteadyTime): number {
  const letters = tools.dead.pick(ids);
  if (letters.length === 0) return 0;
  const appends = letters.map(({ message, stream }) => ({
    messages: [edit ? { ...message, ...edit } : message],
    stream,
    expiresInMs: null,
  }));
  const [fault] = place(tools, packAppends(appends), life).refused;
  if (fault) throw fault;
  tools.keeper.enforce(tools.tables.books.changed(), COMMIT_BUDGET + 2 * letters.length);
  return tools.dead.remove(
    letters.map((letter) => letter.id),
    'retried',
  );
}

/** Entries with a flipped bit are taken out and counted; what is whole behind them is still found. */
function peek(tools: SpoolTools, ask: SpoolAsk, life: SteadyTime): SpoolEntry[] {
  const { rows, keeper, tables } = tools;
  const book = tables.books.named(ask.stream);
  if (!book || ask.limit <= 0) return [];
  for (;;) {
    const cutoff = keeper.cutoff(book.name, life.steadyMs);
    const kept = tables.books.named(ask.stream)?.oldestKeptAt ?? 0;
    const keptAfter = kept > 0 && kept <= cutoff ? cutoff : Number.NEGATIVE_INFINITY;
    const { entries, damaged } = rows.page(ask, book.number, life.steadyMs, keptAfter);
    if (damaged.length > 0) {
      const rising = [...damaged].sort((a, b) => a.id - b.id);
      tools.transact(life, () => keeper.drop(book.number, rising, 'damaged'));
    }
    if (entries.length > 0 || damaged.length === 0) return entries;
  }
}

function sweep(tools: SpoolTools, life: SteadyTime): boolean {
  const { keeper, room, tables } = tools;
  const { books } = tables;
  keeper.setCeiling(room.check(keeper.rules().whole, books.total, 0));
  tools.indexExpiry();
  let more = false;
  const work = (): void => {
    const tooMany = keeper.enforce(books.all(), SWEEP_BUDGET);
    more = keeper.expire(life.steadyMs, SWEEP_BUDGET) || tooMany;
  };
  tools.transact(life, work, 'if-changed');
  return more;
}

/** Steady time of the oldest entry that waits; null: none waits. */
function oldestKept(books: Iterable<Book>): number | null {
  let oldest: number | null = null;
  for (const { oldestKeptAt } of books)
    if (oldestKeptAt !== null) oldest = oldest === null ? oldestKeptAt : Math.min(oldest, oldestKeptAt);
  return oldest;
}

/** Keeps in mind what the figures were when they were told last. */
function createReport(tools: SpoolTools): Pick<SpoolDb, 'stats' | 'takeChange'> {
  const { tables, room, dead, changed } = tools;
  const { books } = tables;
  const names = new Map([...books.all()].map((book) => [book.number, book.name]));
  let short = room.short();
  let letters = dead.stats();
  return {
    stats: () => ({
      streams: [...books.all()].map(toStreamStats),
      gone: [],
      short: room.short(),
      deadLetters: dead.stats(),
    }),
    takeChange() {
      if (changed.size === 0 && short === room.short() && letters === dead.stats()) return null;
      short = room.short();
      letters = dead.stats();
      const streams: StreamStats[] = [];
      const gone: string[] = [];
      for (const number of changed) {
        const book = books.numbered(number);
        if (!book) continue;
        streams.push(toStreamStats(book));
        const name = names.get(number);
        if (name !== undefined && name !== book.name) gone.push(name);
        names.set(number, book.name);
      }
      changed.clear();
      return { streams, gone, short, deadLetters: letters };
    },
  };
}

function createSpoolDb(db: Database, file: string, options: SpoolDbOptions): SpoolDb {
  const tools = createSpoolTools(db, file, options);
  const { keeper, dead, gaps, sources, tables } = tools;
  return {
    known: () => tools.sources.known(),
    configure: (plan) => keeper.configure(plan),
    commit: (input) => commit(tools, input),
    peek: (ask, life) => peek(tools, ask, life),
    bury: (ids, fault, destination, life) => tools.transact(life, () => bury(tools, ids, fault, destination)),
    dead,
    retry: (ids, edit, life) => tools.transact(life, () => retry(tools, ids, edit, life)),
    discard: (ids, life) => tools.transact(life, () => dead.remove(ids, 'discarded')),
    gaps: (source, first, last, limit) => gaps.read(source, first, last, limit),
    sources: () => sources.all(),
    sweep: (life) => sweep(tools, life),
    ...createReport(tools),
    short: () => tools.room.short(),
    life: tables.life,
    shrink() {
      giveBack(db, 100_000);
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
    tidy() {
      giveBack(db, TIDY_PAGES);
      db.pragma('wal_checkpoint(PASSIVE)');
      const more = tools.room.short() === null && sources.prune(oldestKept(tables.books.all()));
      return more || Number(db.pragma('freelist_count', { simple: true })) > 0;
    },
    close: () => db.close(),
  };
}
