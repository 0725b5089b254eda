/**
 * Who comes first: what a person has ordered, what a person wants to see now, what is read in turn. A look whether a parked unit is back
 * (`probe`) comes in turn too: all parked units together have the share of one.
 */
export const REQUEST_CLASSES = ['command', 'now', 'poll', 'probe'] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

/**
 * What waits for one line, bounded. The higher class first; within a class it is fair by the time on the line, not by the number of
 * requests: whoever has used it least of late is next, so that a slow unit cannot hold up the others. No class and no unit starves.
 */
export interface Schedule<T> {
  /** `flow`: whose time it is. False, and nothing stored, when too much waits. */
  push(flow: number, of: RequestClass, item: T): boolean;
  shift(): { readonly flow: number; readonly item: T } | undefined;
  /** The line was used for so long. To be called before the flow's next `push`. */
  charge(flow: number, ms: number): void;
  clear(): T[];
  readonly size: number;
}

/** So many of a higher class in a row, and one of the lowest that waits is let through. */
const PATIENCE = 8;

/** What was used so long ago counts for a third: a unit that was silent has little to save up. */
const MEMORY_MS = 30_000;

interface Flow<T> {
  /** Time used, in ms, as it counted at `at`. */
  used: number;
  at: number;
  readonly waiting: readonly [T[], T[], T[]];
}

const rankOf = (of: RequestClass): 0 | 1 | 2 => (of === 'command' ? 0 : of === 'now' ? 1 : 2);

/** `now` is monotonic, in ms. */
export function createSchedule<T>(capacity: number, now: () => number): Schedule<T> {
  const flows = new Map<number, Flow<T>>();
  let size = 0;
  let overtaken = 0;

  function flowOf(key: number): Flow<T> {
    const known = flows.get(key);
    if (known) return known;
    const made: Flow<T> = { used: 0, at: now(), waiting: [[], [], []] };
    flows.set(key, made);
    return made;
  }
  const usedBy = (flow: Flow<T>, at: number): number => flow.used * Math.exp((flow.at - at) / MEMORY_MS);
  const waits = (rank: number): boolean => [...flows.values()].some(({ waiting }) => (waiting[rank]?.length ?? 0) > 0);

  function chooseRank(): 0 | 1 | 2 {
    const ranks = ([0, 1, 2] as const).filter(waits);
    const [first = 2] = ranks;
    const last = ranks.at(-1) ?? first;
    if (first === last) overtaken = 0;
    else overtaken += 1;
    if (overtaken <= PATIENCE) return first;
    overtaken = 0;
    return last;
  }

  return {
    push(key, of, item) {
      if (size >= capacity) return false;
      flowOf(key).waiting[rankOf(of)].push(item);
      size += 1;
      return true;
    },
    shift() {
      if (size === 0) return undefined;
      const rank = chooseRank();
      const at = now();
      let best: { key: number; flow: Flow<T>; used: number } | undefined;
      for (const [key, flow] of flows) {
        if (flow.waiting[rank].length === 0) continue;
        const used = usedBy(flow, at);
        if (!best || used < best.used) best = { key, flow, used };
      }
      const item = best?.flow.waiting[rank].shift();
      if (!best || item === undefined) return undefined;
      size -= 1;
      return { flow: best.key, item };
    },
    charge(key, ms) {
      const flow = flowOf(key);
      const at = now();
      flow.used = usedBy(flow, at) + ms;
      flow.at = at;
    },
    clear() {
      const rest = [...flows.values()].flatMap(({ waiting }) => waiting.flat());
      flows.clear();
      size = 0;
      return rest;
    },
    get size() {
      return size;
    },
  };
}
