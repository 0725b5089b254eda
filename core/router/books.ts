import type { BooksView } from '../contract/views.ts';

/** Counts what passes one hop. What is missing at the end is a fault of the gateway, and is shown as one. */
export interface Books {
  entered(by?: number): void;
  left(by?: number): void;
  dropped(reason: string, by?: number): void;
  /** `waiting` is counted by the hop itself, independently, so that the balance proves something. */
  view(waiting: number): BooksView;
}

export function createBooks(): Books {
  let into = 0;
  let out = 0;
  const dropped: Record<string, number> = {};
  let droppedSum = 0;
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
    view: (waiting) => ({ in: into, out, waiting, dropped: { ...dropped }, balanced: into === out + waiting + droppedSum }),
  };
}

/** Adds the books of many hops. */
export function sumBooks(all: readonly BooksView[]): BooksView {
  const sum = { in: 0, out: 0, waiting: 0, dropped: {} as Record<string, number>, balanced: true };
  for (const one of all) {
    sum.in += one.in;
    sum.out += one.out;
    sum.waiting += one.waiting;
    sum.balanced &&= one.balanced;
    for (const [reason, count] of Object.entries(one.dropped)) sum.dropped[reason] = (sum.dropped[reason] ?? 0) + count;
  }
  return sum;
}
