import { stateBytes, stateRefusal } from './function-rules.ts';
import type { FunctionState } from './function-state.ts';

interface Kept {
  readonly json: string;
  readonly revision: number;
}

/** What a memory state "has on disk": hand the same one to a new state to open it again. */
export interface MemoryFunctionStateRows {
  readonly owners: Map<string, Map<string, Kept>>;
  last: number;
}

export const createMemoryFunctionStateRows = (): MemoryFunctionStateRows => ({ owners: new Map(), last: 0 });

/** Keys lie in the order of their bytes, as in a database. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The rules of the function state without a disk: for tests, and for functions that run without a gateway. */
export function createMemoryFunctionState(rows: MemoryFunctionStateRows = createMemoryFunctionStateRows()): FunctionState {
  const keptOf = (owner: string): Map<string, Kept> => rows.owners.get(owner) ?? new Map();
  return {
    get: async (owner, key) => keptOf(owner).get(key) ?? null,
    async set(owner, key, json, expected) {
      const kept = keptOf(owner);
      const before = kept.get(key);
      if (expected !== null && expected !== (before?.revision ?? 0)) return null;
      if (json === null) {
        kept.delete(key);
        return 0;
      }
      let bytes = 0;
      for (const [name, one] of kept) if (name !== key) bytes += stateBytes(name, one.json);
      const refusal = stateRefusal(owner, key, json, { keys: kept.size - (before ? 1 : 0), bytes });
      if (refusal) throw refusal;
      rows.last += 1;
      kept.set(key, { json, revision: rows.last });
      rows.owners.set(owner, kept);
      return rows.last;
    },
    keys: async (owner, prefix, limit) =>
      [...keptOf(owner).keys()]
        .filter((key) => key.startsWith(prefix))
        .sort(byBytes)
        .slice(0, limit),
    async clear(owner) {
      const count = keptOf(owner).size;
      rows.owners.delete(owner);
      return count;
    },
  };
}
