import type { BooksView } from '../contract/views.ts';

/** Counts what passes one hop. What is missing at the end is a fault of the gateway, and is shown as one. */
export interface Books {
  entered(by?: number): void;
  left(by?: number): void;
  dropped(reason: string, by?: number): void;
  /** Adds what another hop has counted whose place this one takes. */
  add(counts: Counts): void;
  counts(): Counts;
  /** `waiting` is counted by the hop itself, independently, so that the balance proves something. */
  view(waiting: number): BooksView;
}

/** What a hop has counted so far; what it lacks to a balance is what waits there. */
export interface Counts {
  readonly in: number;
  readonly out: number;
  readonly dropped: Readonly<Record<string, number>>;
}

const sum = (dropped: Counts['dropped']): number => Object.values(dropped).reduce((all, count) => all + count, 0);

/** What had entered and neither left nor was dropped. */
export const missing = (counts: Counts): number => counts.in - counts.out - sum(counts.dropped);

/** `a` and `b` together; with `sign` -1, `a` without `b`. */
export function addCounts(a: Counts, b: Counts, sign: 1 | -1 = 1): Counts {
  const dropped: Record<string, number> = { ...a.dropped };
  for (const [reason, count] of Object.entries(b.dropped)) dropped[reason] = (dropped[reason] ?? 0) + sign * count;
  return { in: a.in + sign * b.in, out: a.out + sign * b.out, dropped };
}

/** `initial`: what was counted before, by this hop in an earlier start or by the one that it replaces. */
export function createBooks(initial: Counts = { in: 0, out: 0, dropped: {} }): Books {
  let into = initial.in;
  let out = initial.out;
  const dropped: Record<string, number> = { ...initial.dropped };
  let droppedSum = sum(dropped);
  return {
    entered(by = 1) {
      into += by;
    },
    left(by = 1) {
      out += by;
    },
    dropped(reason, by = 1) {
      dropped[reason] = (dropped[reason] ?? 0) + by;
      droppedSum += by;
    },
    add(counts) {
      into += counts.in;
      out += counts.out;
      for (const [reason, by] of Object.entries(counts.dropped)) dropped[reason] = (dropped[reason] ?? 0) + by;
      droppedSum += sum(counts.dropped);
    },
    counts: () => ({ in: into, out, dropped: { ...dropped } }),
    view: (waiting) => ({ in: into, out, waiting, dropped: { ...dropped }, balanced: into === out + waiting + droppedSum }),
  };
}

/** Adds the books of many hops. */
export function sumBooks(all: readonly BooksView[]): BooksView {
  const total = { in: 0, out: 0, waiting: 0, dropped: {} as Record<string, number>, balanced: true };
  for (const one of all) {
    total.in += one.in;
    total.out += one.out;
    total.waiting += one.waiting;
    total.balanced &&= one.balanced;
    for (const [reason, count] of Object.entries(one.dropped)) total.dropped[reason] = (total.dropped[reason] ?? 0) + count;
  }
  return total;
}
