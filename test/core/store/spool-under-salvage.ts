import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import { idOf } from '../../../core/store/spool-ids.ts';
import { openDatabase } from '../../../core/store/sqlite/database.ts';
import { entryCrc } from '../../../core/store/sqlite/entry-crc.ts';
import { replaceSpool } from '../../../core/store/sqlite/salvage-begin.ts';
import { openSpoolSalvage, type SpoolSalvage } from '../../../core/store/sqlite/salvage-spool.ts';
import { SPOOL_MIGRATIONS } from '../../../core/store/sqlite/spool-db.ts';
import type { KnownNumbers } from '../../../core/store/sqlite/spool-sources.ts';

export const MIGRATIONS = SPOOL_MIGRATIONS;
export const WALL = 1_767_225_600_000;

export const open = (file: string): Database =>
  openDatabase(file, { synchronous: 'FULL', migrations: MIGRATIONS, walPages: 1000 });

/** A payload that carries its own hash, so that every row that comes back can be checked on its own. */
export function payloadOf(stream: number, n: number): Buffer {
  const body = Buffer.alloc(n % 97 === 0 ? 20_000 : 80 + (n % 60), `${stream}/${n} `);
  return Buffer.concat([createHash('sha256').update(`${stream}/${n}`).update(body).digest(), body]);
}

export function isWhole(id: number, payload: Uint8Array): boolean {
  const stream = Math.floor(id / 2 ** 40);
  return Buffer.from(payload).equals(payloadOf(stream, id % 2 ** 40));
}

const INSERT = `INSERT INTO entries (id, topic, payload, flags, source, sequence, wall_ms, mono_ms, boot, hops, trace_id, custody, kept_ms,
  expires_ms, crc) VALUES (?, ?, ?, 1, ?, ?, ?, ?, 1, 0, NULL, ?, ?, NULL, ?)`;

/** Appends the n-th entries of a stream as the spool does, the books with them. The source is the stream's own unless told. */
export function append(db: Database, stream: number, from: number, to: number, source = `device:s${stream}`): void {
  const insert = db.prepare(INSERT);
  const books = db.prepare(
    'UPDATE streams SET next = ?, appended = appended + ?, appended_bytes = appended_bytes + ?, waiting = waiting + ?, bytes = bytes + ? WHERE id = ?',
  );
  const last = Number(db.prepare('SELECT custody FROM sources WHERE name = ?').pluck().get(source) ?? 0);
  db.transaction(() => {
    let bytes = 0;
    for (let n = from; n <= to; n += 1) {
      const payload = payloadOf(stream, n);
      bytes += payload.byteLength;
      const entry = {
        id: idOf(stream, n),
        custody: last + n - from + 1,
        topic: `t/${n % 10}`,
        payload,
        flags: 1,
        source,
        sequence: n,
        wallMs: WALL + n,
      };
      insert.run(entry.id, entry.topic, payload, source, n, entry.wallMs, n + 0.5, entry.custody, 1000 + n, entryCrc(entry));
    }
    const count = to - from + 1;
    books.run(to + 1, count, bytes, count, bytes, stream);
    db.prepare(
      'INSERT INTO sources (name, custody, sequence) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET custody = excluded.custody, sequence = excluded.sequence',
    ).run(source, last + to - from + 1, to);
    db.prepare("INSERT OR REPLACE INTO life VALUES (1, ?, ?, 'synced')").run(1000 + to, WALL + to);
  })();
}

export function acknowledge(db: Database, stream: number, from: number, to: number): void {
  db.transaction(() => {
    const range = [idOf(stream, from), idOf(stream, to)];
    const bytes = db.prepare('SELECT sum(length(payload)) FROM entries WHERE id BETWEEN ? AND ?').pluck().get(range);
    const { changes } = db.prepare('DELETE FROM entries WHERE id BETWEEN ? AND ?').run(range);
    db.prepare('UPDATE streams SET acknowledged = acknowledged + ?, waiting = waiting - ?, bytes = bytes - ? WHERE id = ?').run(
      changes,
      changes,
      bytes,
      stream,
    );
  })();
}

/** A spool with two streams, some acknowledged (so that there are free pages), closed. Returns the ids that wait. */
export function buildSpool(file: string, size: number): number[] {
  const db = open(file);
  db.prepare("INSERT INTO streams VALUES (1, 'alarms', 1, 0, 0, 0, 0, 0, 0)").run();
  db.prepare("INSERT INTO boots VALUES (1, 'boot-1')").run();
  append(db, 0, 1, size);
  append(db, 1, 1, Math.floor(size / 4));
  acknowledge(db, 0, 1, Math.floor(size / 3));
  const ids = idsOf(db);
  db.close();
  return ids;
}

export const idsOf = (db: Database): number[] => db.prepare('SELECT id FROM entries ORDER BY id').pluck().all().map(Number);

/** Overwrites bytes of a file in place. */
export function overwrite(file: string, offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}

/** Turns over some bits of one byte. */
export function flip(file: string, offset: number, mask = 0xff): void {
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, offset);
  byte[0] = (byte[0] ?? 0) ^ mask;
  writeSync(handle, byte, 0, 1, offset);
  closeSync(handle);
}

export const pagesOf = (file: string): number => statSync(file).size / 4096;

/** The root page of a table. Read while the database is sound. */
export function rootOf(file: string, table: string): number {
  const db = new Sqlite(file, { readonly: true });
  const root = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table));
  db.close();
  return root;
}

/** Pages by kind: `leaf` and `interior` of the entries, `overflow`, `free`. Read while the database is sound. */
export function mapOf(file: string): { leaf: number[]; interior: number[]; overflow: number[] } {
  const db = new Sqlite(file, { readonly: true });
  const of = (kind: string): number[] =>
    db.prepare("SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = ?").pluck().all(kind).map(Number);
  const found = { leaf: of('leaf'), interior: of('internal'), overflow: of('overflow') };
  db.close();
  return found;
}

/** Puts a new spool in the place of the damaged one. */
export const replace = (file: string, known?: KnownNumbers): ReturnType<typeof replaceSpool> =>
  replaceSpool(file, { migrations: MIGRATIONS, walPages: 1000, now: WALL, ...(known && { known }) });

export function salvageOf(db: Database, dir: string): SpoolSalvage {
  const salvage = openSpoolSalvage(db, dir, { now: () => WALL, monotonic: () => 0 });
  if (!salvage) throw new Error('nothing is salvaged');
  return salvage;
}

export interface Books {
  readonly id: number;
  readonly next: number;
  readonly waiting: number;
  readonly bytes: number;
  readonly damaged: number;
  readonly balanced: boolean;
}

export function booksOf(db: Database): Books[] {
  const rows = db.prepare('SELECT * FROM streams ORDER BY id').all() as Record<string, number>[]; // the columns are numbers but for the name
  return rows.map((row) => {
    const of = (sql: string): number => Number(db.prepare(sql).pluck().get(row['id']));
    const { id = 0, next = 0, appended = 0, acknowledged = 0, dead = 0, waiting = 0, bytes = 0 } = row;
    const dropped = of('SELECT coalesce(sum(count), 0) FROM drops WHERE stream = ?');
    const damaged = of("SELECT coalesce(sum(count), 0) FROM drops WHERE stream = ? AND reason = 'damaged'");
    return { id, next, waiting, bytes, damaged, balanced: appended === acknowledged + dead + dropped + waiting };
  });
}
