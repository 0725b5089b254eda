import type { Row, RowId, Topic, TopicEvent } from './api.ts';

/** What a watcher knows. `loading` until the first snapshot; `stale` while the connection is lost: old values, shown as such. */
export interface TableState<R> {
  readonly status: 'loading' | 'live' | 'stale';
  readonly rev: number;
  /** Rows by their id as text. Without a prototype, so that no id can collide with a built-in name. */
  readonly byId: Readonly<Record<string, R>>;
  /** Ids in the order they came; in log-like views by rising number. */
  readonly order: readonly string[];
}

/** How many rows a log-like view holds, as in `TOPICS`, for the browser: it need not load the schemas for that. */
export const TOPIC_KEEP: Readonly<Record<Topic, number | null>> = {
  gateway: null,
  devices: null,
  functions: null,
  instances: null,
  'function-errors': null,
  'function-versions': null,
  schedules: null,
  nodes: null,
  edges: null,
  alarms: null,
  deployments: null,
  traces: null,
  outbox: null,
  storage: null,
  certificates: null,
  sessions: null,
  logs: 2000,
  messages: 500,
  frames: 200,
  ports: null,
  buses: null,
  units: null,
  radios: null,
  adverts: null,
  'mqtt-topics': null,
  tools: null,
  'tool-lines': 1000,
  inbox: null,
  scans: null,
  matrix: null,
  tries: null,
};

export function emptyTable<R>(): TableState<R> {
  return { status: 'loading', rev: 0, byId: Object.create(null), order: [] };
}

const byNumber = (a: string, b: string): number => Number(a) - Number(b);

/** A log-like view: rising numbers, the newest `keep` of them. */
function trim<R>(byId: Record<string, R>, order: string[], keep: number | null): string[] {
  if (keep === null) return order;
  const rises = order.every((id, i) => i === 0 || byNumber(order[i - 1] ?? id, id) <= 0);
  const sorted = rises ? order : order.sort(byNumber);
  const old = sorted.splice(0, Math.max(0, sorted.length - keep));
  for (const id of old) delete byId[id];
  return sorted;
}

function fromSnapshot<R extends { readonly id: RowId }>(rev: number, items: readonly R[], keep: number | null): TableState<R> {
  const byId: Record<string, R> = Object.create(null);
  for (const row of items) byId[String(row.id)] = row;
  return { status: 'live', rev, byId, order: trim(byId, [...new Set(items.map((row) => String(row.id)))], keep) };
}

function withPatch<R extends { readonly id: RowId }>(
  state: TableState<R>,
  rev: number,
  set: readonly R[],
  gone: readonly RowId[],
  keep: number | null,
): TableState<R> {
  if (set.length === 0 && gone.length === 0) return { ...state, status: 'live', rev };
  const byId: Record<string, R> = Object.assign(Object.create(null), state.byId);
  let order = state.order;
  if (gone.length > 0) {
    const out = new Set(gone.map(String));
    for (const id of out) delete byId[id];
    order = order.filter((id) => !out.has(id));
  }
  const added: string[] = [];
  for (const row of set) {
    const id = String(row.id);
    if (!(id in byId)) added.push(id);
    byId[id] = row;
  }
  if (added.length > 0) order = trim(byId, [...order, ...added], keep);
  return { status: 'live', rev, byId, order };
}

/**
 * Folds one event into what is known; pure. Rows that did not change keep their identity. A patch that does not follow
 * the revision before it is not applied: the state turns `stale` until the snapshot that the client asks for is there.
 */
export function reduceTable<T extends Topic>(
  state: TableState<Row<T>>,
  event: TopicEvent<T>,
  keep: number | null,
): TableState<Row<T>> {
  if (event.kind === 'snapshot') return fromSnapshot<Row<T>>(event.rev, event.items, keep);
  if (event.kind === 'offline') return state.status === 'live' ? { ...state, status: 'stale' } : state;
  if (state.status === 'loading' || event.rev <= state.rev) return state;
  if (event.rev !== state.rev + 1) return { ...state, status: 'stale' };
  return withPatch<Row<T>>(state, event.rev, event.set, event.gone, keep);
}
