/** All randomness of a run comes from here, so that a seed tells all of it. */
export interface Chance {
  /** 0 to below 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** A generator of its own, so that one part's use does not change another's. */
  fork(name: string): Chance;
}

const hash = (text: string): number =>
  [...text].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);

/** A 32-bit generator (a Weyl sequence with two rounds of mixing): good enough to place faults, the same on every machine. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const chance: Chance = {
    next() {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
    },
    int: (low, high) => low + Math.floor(chance.next() * (high - low + 1)),
    pick: (items) => items[chance.int(0, items.length - 1)] ?? items[0],
    shuffled(items) {
      const list = [...items];
      for (let i = list.length - 1; i > 0; i -= 1) {
        const j = chance.int(0, i);
        const moved = list[i];
        const other = list[j];
        if (moved === undefined || other === undefined) continue;
        list[i] = other;
        list[j] = moved;
      }
      return list;
    },
    fork: (name) => createChance(seed ^ hash(name)),
  };
  return chance;
}
