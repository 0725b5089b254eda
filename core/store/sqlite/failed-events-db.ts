import type { Database } from 'better-sqlite3';
import type { ErrorCode } from '../../base/errors.ts';
import type { StoredFailedEvent } from '../failed-events.ts';
import { FAILED_BOUNDS, type FailedBounds, failedBytes } from '../function-rules.ts';
import { asCode, asNumber, asNumberOrNull, asRow, asText, asTextOrNull } from './cells.ts';
import { messageAt } from './message-cells.ts';
import { flagsOf, sourceText } from './packing.ts';

export type NewFailedEvent = Omit<StoredFailedEvent, 'id'>;

/** How many are held by function, and how many had to go for newer ones since the database was opened. */
export interface FailedFigures {
  readonly held: Readonly<Record<string, number>>;
  readonly evicted: number;
}

/** The functions' dead letters, in the state database. */
export interface FailedEventsDb {
  figures(): FailedFigures;
  add(events: readonly NewFailedEvent[]): void;
  list(name: string | null, before: number | null, limit: number): StoredFailedEvent[];
  get(id: number): StoredFailedEvent | null;
  take(name: string, ids: readonly number[] | null, code: ErrorCode | null): StoredFailedEvent[];
}

const COLUMNS = `function, version, request_id, context, attempts, code, error, stack, failed_ms, bytes, topic, payload, flags, source,
  sequence, wall_ms, mono_ms, boot, hops, trace_id, expiry_ms`;
const EVENT = `SELECT id, ${COLUMNS} FROM failed_events`;

function toEvent(row: unknown): StoredFailedEvent {
  const cell = asRow(row);
  return {
    id: asNumber(cell[0]),
    function: asText(cell[1]),
    version: asNumber(cell[2]),
    requestId: asTextOrNull(cell[3]),
    context: asTextOrNull(cell[4]),
    attempts: asNumber(cell[5]),
    code: asCode(cell[6]),
    error: asText(cell[7]),
    stack: asText(cell[8]),
    failedAt: asNumber(cell[9]),
    message: messageAt(cell, 11, asNumberOrNull(cell[21])),
  };
}

/** The cells from `function` on. */
function cellsOf(event: NewFailedEvent): unknown[] {
  const { message } = event;
  const { topic, payload, sequence, at, hops } = message;
  return [
    ...[event.function, event.version, event.requestId, event.context, event.attempts, event.code, event.error, event.stack],
    ...[event.failedAt, failedBytes(event), topic, payload, flagsOf(message), sourceText(message), sequence],
    ...[at.wallMs, at.monoMs, at.bootId, hops, message.traceId ?? null, message.expiryMs ?? null],
  ];
}

interface Held {
  readonly counts: Map<string, number>;
  bytes: number;
}

function readHeld(db: Database): Held {
  const rows = db.prepare('SELECT function, count(*), sum(bytes) FROM failed_events GROUP BY function').raw().all().map(asRow);
  return {
    counts: new Map(rows.map((row) => [asText(row[0]), asNumber(row[1])])),
    bytes: rows.reduce((sum, row) => sum + asNumber(row[2]), 0),
  };
}

export function createFailedEventsDb(db: Database, bounds: FailedBounds = FAILED_BOUNDS): FailedEventsDb {
  const insert = db.prepare(`INSERT INTO failed_events (${COLUMNS}) VALUES (${Array(21).fill('?').join(', ')})`);
  const newest = db.prepare(`${EVENT} WHERE id < ? ORDER BY id DESC LIMIT ?`).raw();
  const newestOf = db.prepare(`${EVENT} WHERE function = ? AND id < ? ORDER BY id DESC LIMIT ?`).raw();
  const one = db.prepare(`${EVENT} WHERE id = ?`).raw();
  const all = db.prepare(`${EVENT} WHERE function = ? AND code = ifnull(?, code) ORDER BY id`).raw();
  const oldest = db.prepare('SELECT id, function, bytes FROM failed_events ORDER BY id LIMIT 1').raw();
  const remove = db.prepare('DELETE FROM failed_events WHERE id = ?');
  let held = readHeld(db);
  let evicted = 0;
  function count(name: string, by: number, bytes: number): void {
    held.counts.set(name, (held.counts.get(name) ?? 0) + by);
    held.bytes += bytes;
  }
  const total = (): number => [...held.counts.values()].reduce((sum, each) => sum + each, 0);
  function evict(): number {
    let gone = 0;
    for (let over = total() - bounds.events; over > 0 || held.bytes > bounds.bytes; over -= 1) {
      const row = oldest.get();
      if (row === undefined) break;
      const [id, name, bytes] = asRow(row);
      remove.run(id);
      count(asText(name), -1, -asNumber(bytes));
      gone += 1;
    }
    return gone;
  }
  /** Runs a transaction; the figures in memory stay what is on disk when it fails. */
  function within<T>(work: () => T): T {
    try {
      return db.transaction(work).immediate();
    } catch (error) {
      held = readHeld(db);
      throw error;
    }
  }
  function pick(name: string, ids: readonly number[]): StoredFailedEvent[] {
    const rows = [...new Set(ids)].sort((a, b) => a - b).map((id) => one.get(id));
    return rows
      .filter((row) => row !== undefined)
      .map(toEvent)
      .filter((event) => event.function === name);
  }
  return {
    figures: () => ({ held: Object.fromEntries([...held.counts].filter(([, each]) => each > 0)), evicted }),
    add(events) {
      evicted += within(() => {
        for (const event of events) {
          insert.run(...cellsOf(event));
          count(event.function, 1, failedBytes(event));
        }
        return evict();
      });
    },
    list(name, before, limit) {
      const below = before ?? Number.MAX_SAFE_INTEGER;
      return (name === null ? newest.all(below, limit) : newestOf.all(name, below, limit)).map(toEvent);
    },
    get(id) {
      const row = one.get(id);
      return row === undefined ? null : toEvent(row);
    },
    take: (name, ids, code) =>
      within(() => {
        const taken =
          ids === null
            ? all.all(name, code).map(toEvent)
            : pick(name, ids).filter((event) => code === null || event.code === code);
        for (const event of taken) {
          remove.run(event.id);
          count(name, -1, -failedBytes(event));
        }
        return taken;
      }),
  };
}
