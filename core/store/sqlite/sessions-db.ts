import type { Database, Statement } from 'better-sqlite3';
import type { SessionChange, StoredRetained, StoredSessions, StoredSubscription } from '../sessions.ts';
import { asBytes, asNumber, asNumberOrNull, asRow, asText, type Row } from './cells.ts';
import { openDatabase, setUp } from './database.ts';
import { sessions0001 } from './migrations/0001-sessions.ts';

export const SESSIONS_MIGRATIONS = [sessions0001];

/** Where a page of `load` begins: a table by its number, and the row after which it goes on. */
export interface SessionsCursor {
  readonly table: number;
  readonly after: number;
}

export interface SessionsPage extends StoredSessions {
  /** null after the last page. */
  readonly next: SessionsCursor | null;
}

/** Retained messages, subscriptions, sessions and their records, in `sessions.db` with `synchronous=FULL`. */
export interface SessionsDb {
  /** About a MiB at a time. */
  load(from: SessionsCursor): SessionsPage;
  /** All in one transaction. */
  change(changes: readonly SessionChange[]): void;
  checkpoint(): void;
  close(): void;
}

const PAGE_ROWS = 2000;
const PAGE_BYTES = 1_048_576;

interface MutablePage {
  readonly retained: StoredRetained[];
  readonly subscriptions: StoredSubscription[];
  readonly sessions: { readonly client: string; readonly awaySince: number | null }[];
  readonly records: { readonly client: string; readonly key: string; readonly value: Uint8Array }[];
}

function asQos(cell: unknown): 0 | 1 | 2 {
  const qos = asNumber(cell);
  return qos === 1 || qos === 2 ? qos : 0;
}

interface Table {
  readonly select: Statement;
  /** Adds the row to the page; returns about how many bytes that was. */
  read(row: Row, page: MutablePage): number;
}

function createTables(db: Database): readonly Table[] {
  const select = (columns: string, table: string): Statement =>
    db.prepare(`SELECT id, ${columns} FROM ${table} WHERE id > ? ORDER BY id`).raw();
  return [
    {
      select: select('topic, payload, qos', 'retained'),
      read(row, page) {
        const message = { topic: asText(row[1]), payload: asBytes(row[2]), qos: asQos(row[3]) };
        page.retained.push(message);
        return message.payload.byteLength + message.topic.length;
      },
    },
    {
      select: select('client, filter, qos', 'subscriptions'),
      read(row, page) {
        const one = { client: asText(row[1]), filter: asText(row[2]), qos: asQos(row[3]) };
        page.subscriptions.push(one);
        return one.client.length + one.filter.length;
      },
    },
    {
      select: select('client, away_ms', 'sessions'),
      read(row, page) {
        const one = { client: asText(row[1]), awaySince: asNumberOrNull(row[2]) };
        page.sessions.push(one);
        return one.client.length;
      },
    },
    {
      select: select('client, key, value', 'records'),
      read(row, page) {
        const one = { client: asText(row[1]), key: asText(row[2]), value: asBytes(row[3]) };
        page.records.push(one);
        return one.client.length + one.key.length + one.value.byteLength;
      },
    },
  ];
}

function readPage(tables: readonly Table[], from: SessionsCursor): SessionsPage {
  const page: MutablePage = { retained: [], subscriptions: [], sessions: [], records: [] };
  let rows = 0;
  let bytes = 0;
  let { after } = from;
  for (let table = from.table; table < tables.length; table += 1) {
    const { select, read } = tables[table] as Table; // within its length
    for (const found of select.iterate(after)) {
      const row = asRow(found);
      after = asNumber(row[0]);
      rows += 1;
      bytes += read(row, page);
      if (rows >= PAGE_ROWS || bytes >= PAGE_BYTES) return { ...page, next: { table, after } };
    }
    after = 0;
  }
  return { ...page, next: null };
}

function createChange(db: Database): (change: SessionChange) => void {
  const upsert = (table: string, columns: string, key: string, set: string): Statement => {
    const marks = columns.replace(/\w+/g, '?');
    return db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${marks}) ON CONFLICT (${key}) DO UPDATE SET ${set}`);
  };
  const retain = upsert('retained', 'topic, payload, qos', 'topic', 'payload = excluded.payload, qos = excluded.qos');
  const subscribe = upsert('subscriptions', 'client, filter, qos', 'client, filter', 'qos = excluded.qos');
  const session = upsert('sessions', 'client, away_ms', 'client', 'away_ms = excluded.away_ms');
  const put = upsert('records', 'client, key, value', 'client, key', 'value = excluded.value');
  const unretain = db.prepare('DELETE FROM retained WHERE topic = ?');
  const unsubscribe = db.prepare('DELETE FROM subscriptions WHERE client = ? AND filter = ?');
  const remove = db.prepare('DELETE FROM records WHERE client = ? AND key = ?');
  const forget = ['sessions', 'subscriptions', 'records'].map((table) => db.prepare(`DELETE FROM ${table} WHERE client = ?`));
  return (change) => {
    switch (change.kind) {
      case 'retain':
        retain.run(change.message.topic, change.message.payload, change.message.qos);
        break;
      case 'unretain':
        unretain.run(change.topic);
        break;
      case 'subscribe':
        subscribe.run(change.subscription.client, change.subscription.filter, change.subscription.qos);
        break;
      case 'unsubscribe':
        unsubscribe.run(change.client, change.filter);
        break;
      case 'session':
        session.run(change.client, change.awaySince);
        break;
      case 'forget':
        for (const one of forget) one.run(change.client);
        break;
      case 'put':
        put.run(change.client, change.key, change.value);
        break;
      case 'remove':
        remove.run(change.client, change.key);
        break;
    }
  };
}

/** Opens or makes the database. Throws `store/damaged`, `store/newer` or SQLite's own error. */
export function openSessionsDb(file: string, options: { walPages: number }): SessionsDb {
  const db = openDatabase(file, { synchronous: 'FULL', migrations: SESSIONS_MIGRATIONS, walPages: options.walPages });
  return setUp(db, file, () => {
    const tables = createTables(db);
    const apply = createChange(db);
    const all = db.transaction((changes: readonly SessionChange[]) => {
      for (const change of changes) apply(change);
    });
    return {
      load: (from) => readPage(tables, from),
      change: (changes) => all.immediate(changes),
      checkpoint: () => void db.pragma('wal_checkpoint(PASSIVE)'),
      close: () => void db.close(),
    };
  });
}
