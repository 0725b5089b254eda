import type { Done } from './works.ts';

/** Results that nobody has asked for yet: the oldest goes first, and each after so long. */
const KEPT = 1000;
const KEPT_MS = 5 * 60_000;

export interface KeptResults {
  keep(id: string, result: Promise<Done>): void;
  /** The result, once; undefined for an id that is not known (any more). */
  take(id: string): Promise<Done> | undefined;
}

/** Looked through when something comes or goes, so that no timer holds an instance. */
export function createKeptResults(monotonic: () => number): KeptResults {
  const kept = new Map<string, { readonly since: number; readonly result: Promise<Done> }>();
  function sweep(): void {
    const before = monotonic() - KEPT_MS;
    for (const [id, { since }] of kept) {
      if (since > before && kept.size <= KEPT) return;
      kept.delete(id);
    }
  }
  return {
    keep(id, result) {
      result.catch(() => {}); // told to who asks for it; that nobody does is no fault
      kept.set(id, { since: monotonic(), result });
      sweep();
    },
    take(id) {
      sweep();
      const found = kept.get(id);
      kept.delete(id);
      return found?.result;
    },
  };
}
