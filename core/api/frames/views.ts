import type { RowId, Topic, TopicEvent } from '../../contract/api.ts';
import type { LogSource, TableSource } from '../sources.ts';

export type AnyRow = { readonly id: RowId };
export type AnyEvent = TopicEvent<Topic>;

/** The rows of one (topic, params) as the watchers know them. */
export interface View {
  /** All rows, as of the last `changes`. */
  snapshot(): readonly AnyRow[];
  /** What changed since the last call, or null. May throw what the source throws. */
  changes(): { readonly set: readonly AnyRow[]; readonly gone: readonly RowId[] } | null;
  close(): void;
}

/** Compares by identity first, then by JSON text, so that a row goes out only when it says something new. */
export function createTableView(source: TableSource<Topic>, params: unknown): View {
  const known = new Map<RowId, { row: AnyRow; text: string }>();
  function changes(): ReturnType<View['changes']> {
    const set: AnyRow[] = [];
    const seen = new Set<RowId>();
    for (const row of source.rows(params as never)) {
      seen.add(row.id);
      const before = known.get(row.id);
      if (before?.row === row) continue;
      const text = JSON.stringify(row);
      known.set(row.id, { row, text });
      if (before?.text !== text) set.push(row);
    }
    const gone = [...known.keys()].filter((id) => !seen.has(id));
    for (const id of gone) known.delete(id);
    return set.length + gone.length === 0 ? null : { set, gone };
  }
  changes();
  return { snapshot: () => [...known.values()].map(({ row }) => row), changes, close: () => known.clear() };
}

/** Collects what the source pushes between two ticks; only the newest `keep` rows are worth sending. */
export function createLogView(source: LogSource<Topic>, params: unknown, keep: number): View {
  let rows: AnyRow[] = [];
  let fresh: AnyRow[] = [];
  const opened = source.open(params as never, (row) => {
    fresh.push(row);
    if (fresh.length >= keep * 2) fresh = fresh.slice(-keep);
  });
  rows = [...opened.rows, ...fresh].slice(-keep);
  fresh = [];
  return {
    snapshot: () => rows,
    changes() {
      if (fresh.length === 0) return null;
      const set = fresh.slice(-keep);
      fresh = [];
      rows = [...rows, ...set].slice(-keep);
      return { set, gone: [] };
    },
    close: () => opened.close(),
  };
}
