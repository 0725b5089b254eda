import type { Database } from 'better-sqlite3';
import type { GatewayError } from '../../base/errors.ts';
import { type StateSize, stateBytes, stateRefusal } from '../function-rules.ts';
import { asNumber, asRow, asText } from './cells.ts';

/** One change of a value, as `FunctionState.set` asks for it. */
export interface StateChange {
  readonly owner: string;
  readonly key: string;
  readonly json: string | null;
  readonly expected: number | null;
}

/** The values that functions keep, in the state database. */
export interface FunctionStateDb {
  get(owner: string, key: string): { readonly json: string; readonly revision: number } | null;
  /** All in one transaction. For each: the new revision, null where another one was there, or why it is refused. */
  change(changes: readonly StateChange[]): (number | null | GatewayError)[];
  keys(owner: string, prefix: string, limit: number): string[];
  clear(owner: string): number;
}

export function createFunctionStateDb(db: Database): FunctionStateDb {
  const get = db.prepare('SELECT id, json, bytes FROM function_state WHERE owner = ? AND key = ?').raw();
  const insert = db.prepare('INSERT INTO function_state (owner, key, json, bytes) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM function_state WHERE id = ?');
  const size = db.prepare('SELECT count(*), coalesce(sum(bytes), 0) FROM function_state WHERE owner = ?').raw();
  const keys = db.prepare('SELECT key FROM function_state WHERE owner = ? AND key >= ? ORDER BY key').pluck();
  const clear = db.prepare('DELETE FROM function_state WHERE owner = ?');
  /** What owners keep, counted once and carried on. */
  const sizes = new Map<string, StateSize>();
  function sizeOf(owner: string): StateSize {
    const known = sizes.get(owner);
    if (known) return known;
    const row = asRow(size.get(owner));
    return { keys: asNumber(row[0]), bytes: asNumber(row[1]) };
  }
  function changeOne({ owner, key, json, expected }: StateChange): number | null | GatewayError {
    const row = get.get(owner, key);
    const [id, bytes] = row === undefined ? [0, 0] : [asNumber(asRow(row)[0]), asNumber(asRow(row)[2])];
    if (expected !== null && expected !== id) return null;
    const all = sizeOf(owner);
    const others = { keys: all.keys - (id > 0 ? 1 : 0), bytes: all.bytes - bytes };
    const refusal = json === null ? null : stateRefusal(owner, key, json, others);
    if (refusal) return refusal;
    if (id > 0) remove.run(id);
    sizes.set(owner, others);
    if (json === null) return 0;
    const own = stateBytes(key, json);
    const { lastInsertRowid } = insert.run(owner, key, json, own);
    sizes.set(owner, { keys: others.keys + 1, bytes: others.bytes + own });
    return Number(lastInsertRowid);
  }
  const changeAll = db.transaction((changes: readonly StateChange[]) => changes.map(changeOne));
  return {
    get(owner, key) {
      const row = get.get(owner, key);
      if (row === undefined) return null;
      const cell = asRow(row);
      return { json: asText(cell[1]), revision: asNumber(cell[0]) };
    },
    change(changes) {
      try {
        return changeAll.immediate(changes);
      } catch (error) {
        sizes.clear(); // they may count what is not kept
        throw error;
      }
    },
    keys(owner, prefix, limit) {
      const found: string[] = [];
      for (const cell of keys.iterate(owner, prefix)) {
        const key = asText(cell);
        if (found.length >= limit || !key.startsWith(prefix)) break;
        found.push(key);
      }
      return found;
    },
    clear(owner) {
      const { changes } = clear.run(owner);
      sizes.delete(owner);
      return changes;
    },
  };
}
