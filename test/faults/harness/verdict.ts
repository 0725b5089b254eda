import type { Books } from './books.ts';
import type { Arrival, Series } from './ledger.ts';

export const FINDINGS = [
  /** Acknowledged and never delivered. */
  'lost',
  /** Not what was sent. */
  'corrupt',
  /** Never sent by anybody. */
  'invented',
  /** One id for two messages. */
  'id-conflict',
  /** One message under two ids, though its client offered it once. */
  'repeat-with-new-id',
  'out-of-order',
  /** A number of a source that never came and that nobody explains. */
  'custody-gap',
  'books',
  /** The gateway ended, or did not do what it must, without a fault that excuses it. */
  'gateway',
] as const;
export type FindingKind = (typeof FINDINGS)[number];
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

/** What a damaged database cost, as the gateway says. */
export interface ReportedLoss {
  readonly lost: number;
  readonly exact: boolean;
}

export interface Evidence {
  readonly promised: readonly Series[];
  /** In the order of arrival. */
  readonly arrivals: readonly Arrival[];
  /** null: could not be read, which is a finding of its own. */
  readonly books: Books | null;
  /** Check the custody numbers. */
  readonly custody: boolean;
  /** Where loss is allowed (pages were overwritten): what the gateway owns up to. null: nothing may be lost. */
  readonly allowed: ReportedLoss | null;
}

export interface Tally {
  acknowledged: number;
  received: number;
  distinct: number;
  /** Repeats of an id that had come before. */
  duplicates: number;
  /** Messages that a client offered again because it had no answer, and that were kept twice. */
  offeredTwice: number;
  /** Came after later ones because the far end had declined them first. */
  late: number;
  refused: number;
  lost: number;
  /** Custody numbers that never came, whatever excuses them. */
  missing: number;
  outOfOrder: number;
}

export interface Verdict {
  readonly tally: Tally;
  /** All of them by kind; the texts of the first ones. */
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  readonly findings: readonly Finding[];
}

/** Texts kept of each kind. */
const SHOWN = 5;

export interface Notes {
  note(kind: FindingKind, text: string): void;
  count(kind: FindingKind): number;
  result(): Pick<Verdict, 'counts' | 'findings'>;
}

export function createNotes(): Notes {
  const counts = new Map<FindingKind, number>();
  const findings: Finding[] = [];
  return {
    note(kind, text) {
      const seen = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, seen);
      if (seen <= SHOWN) findings.push({ kind, text });
    },
    count: (kind) => counts.get(kind) ?? 0,
    result: () => ({ counts: Object.fromEntries(counts), findings }),
  };
}
