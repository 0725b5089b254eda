import { addCounts, type Counts, missing } from './books.ts';
import type { Route } from './route.ts';

/** Books of subscriptions that are not there any more are kept for so many; a deployment that is rolled back finds them again. */
const KEEP_GONE = 100;
const KEY = /^route\/([^/]+)\/(?:(in|out)$|drop\/(.+)$)/s;

/** The books of subscriptions by id: over restarts, and from a route to the one that takes its place. */
export interface KeptBooks {
  /** Figures of an earlier start. What waited in memory then is gone, and is booked as dropped: `restart`. */
  restore(figures: Readonly<Record<string, number>>): void;
  /** What a new route of this subscription begins with. */
  take(id: string): Counts | undefined;
  /** The route takes no more; what still waits in it is counted until `finished`. */
  retired(route: Route): void;
  /** Nothing waits in it any more: the rest of its books goes to the route that took its place, if there is one. */
  finished(route: Route, successor: Route | undefined): void;
  /** Forgets the oldest of what is gone, beyond the bound. */
  bound(): void;
  save(routes: readonly Route[]): Record<string, number>;
}

const EMPTY: Counts = { in: 0, out: 0, dropped: {} };

export function createKeptBooks(): KeptBooks {
  /** Of subscriptions without a route, the longest gone first. */
  const gone = new Map<string, Counts>();
  /** Routes that still deliver, with that part of their books that their place has already. */
  const finishing = new Map<Route, Counts>();

  function put(id: string, counts: Counts): void {
    gone.delete(id);
    gone.set(id, counts);
  }
  function parse(figures: Readonly<Record<string, number>>): Map<string, Counts> {
    const found = new Map<string, Counts>();
    for (const [key, value] of Object.entries(figures)) {
      const [, id, field, reason] = KEY.exec(key) ?? [];
      if (id === undefined || !(value >= 0)) continue;
      const part = field === 'in' ? { ...EMPTY, in: value } : field === 'out' ? { ...EMPTY, out: value } : reason;
      const counts = typeof part === 'object' ? part : { ...EMPTY, dropped: { [part ?? '']: value } };
      found.set(id, addCounts(found.get(id) ?? EMPTY, counts));
    }
    return found;
  }
  return {
    restore(figures) {
      for (const [id, counts] of parse(figures)) {
        const lost = missing(counts);
        // Fewer in than out can only be a damaged figure: the books begin balanced.
        if (lost < 0) put(id, { ...counts, in: counts.in - lost });
        else put(id, lost === 0 ? counts : addCounts(counts, { in: 0, out: 0, dropped: { restart: lost } }));
      }
    },
    take(id) {
      const counts = gone.get(id);
      gone.delete(id);
      return counts;
    },
    retired(route) {
      const counts = route.books.counts();
      const settled = { ...counts, in: counts.in - route.waiting };
      put(route.config.id, settled);
      if (route.waiting > 0) finishing.set(route, settled);
    },
    finished(route, successor) {
      const settled = finishing.get(route);
      if (!settled) return;
      finishing.delete(route);
      const rest = addCounts(route.books.counts(), settled, -1);
      if (successor) successor.books.add(rest);
      else put(route.config.id, addCounts(gone.get(route.config.id) ?? EMPTY, rest));
    },
    bound() {
      for (const id of gone.keys()) {
        if (gone.size <= KEEP_GONE) return;
        gone.delete(id);
      }
    },
    save(routes) {
      const all = new Map(gone);
      for (const route of routes) all.set(route.config.id, route.books.counts());
      for (const [route, settled] of finishing) {
        const { id } = route.config;
        all.set(id, addCounts(all.get(id) ?? EMPTY, addCounts(route.books.counts(), settled, -1)));
      }
      const figures: Record<string, number> = {};
      for (const [id, counts] of all) {
        figures[`route/${id}/in`] = counts.in;
        figures[`route/${id}/out`] = counts.out;
        for (const [reason, count] of Object.entries(counts.dropped))
          if (count > 0) figures[`route/${id}/drop/${reason}`] = count;
      }
      return figures;
    },
  };
}
