import type { Database } from 'better-sqlite3';
import { streamOf } from '../spool-ids.ts';
import type { OldBooks } from './salvage-books.ts';
import { type KnownNumbers, UNLISTED } from './spool-sources.ts';

export interface SeedOptions {
  /** Name of the moved file. */
  readonly file: string;
  /** Wall time in ms. */
  readonly now: number;
  /** What the newest entries show; used where the tables are unreadable. 0 where there is none. */
  readonly newest: { readonly id: number; readonly keptMs: number };
  /** Numbers that memory still knows; those count where they are greater than the disk's. */
  readonly known?: KnownNumbers;
}

/** So many ids and numbers are left out, so that none is used twice even if the books were a little older than the rows. */
export const SEED_MARGIN = 1_048_576;
/** Where ids go on when the books say nothing: beyond what a stream reaches in years, and later at each time. */
const blindNext = (now: number): number => 2 ** 38 + Math.floor(Math.max(0, now) / 1000) * 64;
/** So many streams are taken to have been there, if not more are seen, when the table of streams is gone. */
const BLIND_STREAMS = 16;
const BLIND_BOOT = 1_000_000;
const BLIND_DEAD = 1_000_000_000;

export const unknownStream = (number: number): string => `salvaged-${number}`;

function seedStreams(db: Database, books: OldBooks, { now, newest: { id: newestId } }: SeedOptions): void {
  const put = db.prepare(
    `INSERT INTO streams (id, name, next, appended, appended_bytes, acknowledged, dead, waiting, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, next = excluded.next, appended = excluded.appended,
       appended_bytes = excluded.appended_bytes, acknowledged = excluded.acknowledged, dead = excluded.dead`,
  );
  const drop = db.prepare(
    'INSERT INTO drops VALUES (?, ?, ?) ON CONFLICT (stream, reason) DO UPDATE SET count = count + excluded.count',
  );
  for (const one of books.streams) {
    const known = one.expected !== null;
    const dropped = books.drops.filter(({ stream }) => stream === one.id);
    const gone = one.acknowledged + one.dead + dropped.reduce((sum, { count }) => sum + count, 0);
    put.run(
      one.id,
      one.name,
      one.next + SEED_MARGIN,
      known ? one.appended : gone,
      known ? one.appendedBytes : Math.max(0, one.appendedBytes - one.bytes),
      one.acknowledged,
      one.dead,
    );
    for (const { reason, count } of dropped) drop.run(one.id, reason, count);
    // counted as lost until it is found, so that the books balance at every moment
    if (one.expected) drop.run(one.id, 'damaged', one.expected);
  }
  if (books.whole.streams && books.streams.length > 0) return;
  // A stream whose row is gone: its number is kept for its entries, and no id of it is used again.
  const known = new Set(books.streams.map(({ id }) => id));
  if (!known.has(0)) db.prepare('UPDATE streams SET next = ? WHERE id = 0').run(blindNext(now));
  const highest = Math.max(BLIND_STREAMS, streamOf(newestId), ...known);
  for (let id = 1; id <= highest; id += 1) if (!known.has(id)) put.run(id, unknownStream(id), blindNext(now), 0, 0, 0, 0);
}

/**
 * No custody number may be used twice: a source goes on behind what memory knows, else behind what its row says, with a margin where
 * rows may be old. Where the table is not whole, a source that neither knows begins beyond what any ever reached.
 */
function seedSources(db: Database, books: OldBooks, { now, known = new Map() }: SeedOptions): void {
  const put = db.prepare('INSERT OR IGNORE INTO sources (id, name, custody, sequence, began) VALUES (?, ?, ?, ?, ?)');
  const raise = db.prepare(
    `INSERT INTO sources (name, custody, sequence) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET custody = max(custody, excluded.custody), sequence = max(sequence, excluded.sequence)`,
  );
  const gap = db.prepare("INSERT INTO gaps (source, first, last, count, reason, at_ms) VALUES (?, ?, ?, ?, 'skipped', ?)");
  for (const { id, name, custody, sequence, began } of books.sources) {
    const sure = books.whole.sources || known.has(name) || name === UNLISTED;
    put.run(id, name, custody + (sure ? 0 : SEED_MARGIN), sequence, began);
    if (!sure) gap.run(name, custody + 1, custody + SEED_MARGIN, SEED_MARGIN, now);
  }
  for (const [name, { custody, sequence }] of known) raise.run(name, custody, sequence);
  if (!books.whole.sources) raise.run(UNLISTED, blindNext(now), 0);
}

function seedBoots(db: Database, books: OldBooks): void {
  const put = db.prepare('INSERT OR IGNORE INTO boots (id, boot) VALUES (?, ?)');
  for (const { id, boot } of books.boots) put.run(id, boot);
  if (!books.whole.boots) put.run(BLIND_BOOT, `unknown-${BLIND_BOOT}`);
}

function seedDead(db: Database, books: OldBooks): void {
  const [held = 0, , buried = 0, retried = 0, discarded = 0, evicted = 0] = books.deadTotals ?? [];
  db.prepare('UPDATE dead_totals SET held = 0, bytes = 0, buried = ?, retried = ?, discarded = ?, evicted = ?').run(
    Math.max(0, buried - held),
    retried,
    discarded,
    evicted,
  );
  const last = books.lastDead === null ? BLIND_DEAD : books.lastDead + SEED_MARGIN;
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('dead', ?)").run(last);
}

/**
 * Prepares a new, empty spool to go on where the damaged one stopped: its books, streams, sources and time, with everything that
 * waited counted as lost until it is found. One transaction; messages can be accepted as soon as it is done.
 */
export function seedSpool(db: Database, books: OldBooks, options: SeedOptions): void {
  const { now } = options;
  db.transaction(() => {
    seedStreams(db, books, options);
    seedSources(db, books, options);
    seedBoots(db, books);
    seedDead(db, books);
    const life =
      books.life ?? (options.newest.keptMs > 0 ? { steadyMs: options.newest.keptMs, wallMs: now, trust: 'never' } : null);
    if (life) db.prepare('INSERT OR REPLACE INTO life VALUES (1, ?, ?, ?)').run(life.steadyMs, life.wallMs, life.trust);
    const before = books.unfinished;
    const still = before === null ? 0 : before.expected === null ? null : Math.max(0, before.expected - before.salvaged);
    const known = books.whole.streams && books.streams.length > 0 && books.streams.every((one) => one.expected !== null);
    const counted = known && still !== null;
    const expected = counted ? books.streams.reduce((sum, one) => sum + (one.expected ?? 0), still) : null;
    db.prepare("INSERT OR REPLACE INTO salvage VALUES (1, ?, 1, 'running', ?, ?, 0, ?, ?)").run(
      [options.file, ...(before ? [`${before.cursor}@${before.files}`] : [])].join('\n'),
      now,
      expected,
      expected ?? 0,
      counted && books.whole.sources ? 1 : 0, // numbers that leap cannot show what is missing
    );
  }).immediate();
}
