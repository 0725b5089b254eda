import type { OutboxPolicyName, StreamPolicyName } from '../contract/document/outbox.ts';
import { PRIORITIES, REST_STREAM } from '../contract/document/outbox.ts';
import type { SpoolPlan, StreamPlan } from './spool.ts';
import type { Book } from './spool-books.ts';

/** A stream's rules as the hot path compares them: no limit is `Infinity`. */
export interface Rules {
  /** 0 is served first. */
  readonly rank: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly whenFull: StreamPolicyName;
  readonly keepEvery: number;
}

export interface WholeRules {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly whenFull: OutboxPolicyName;
  readonly roomPercent: number;
  readonly roomBytes: number;
}

/** All rules, ready to be asked for by stream. */
export interface RuleBook {
  readonly whole: WholeRules;
  /** A stream that is not in the plan goes by the rules of the rest. */
  of(stream: string): Rules;
  planned(stream: string): boolean;
  readonly names: readonly string[];
}

const orNone = (limit: number | null): number => limit ?? Number.POSITIVE_INFINITY;

const toRules = (plan: StreamPlan): Rules => ({
  rank: PRIORITIES.indexOf(plan.priority),
  maxMessages: orNone(plan.maxMessages),
  maxBytes: orNone(plan.maxBytes),
  maxAgeMs: orNone(plan.maxAgeMs),
  whenFull: plan.whenFull,
  keepEvery: plan.keepEvery,
});

/** What takes all that no stream names: bounded by the limits of the whole outbox only. */
export const REST_PLAN: StreamPlan = {
  name: REST_STREAM,
  priority: 'normal',
  maxMessages: null,
  maxBytes: null,
  maxAgeMs: null,
  whenFull: 'drop-oldest',
  keepEvery: 10,
};

/** Until somebody configures the spool: no limits but the disk's. */
export const OPEN_PLAN: SpoolPlan = {
  streams: [REST_PLAN],
  maxMessages: null,
  maxBytes: null,
  maxAgeMs: null,
  whenFull: 'drop-lowest',
  roomPercent: 0,
  roomBytes: 0,
};

export function createRuleBook(plan: SpoolPlan): RuleBook {
  const byName = new Map(plan.streams.map((one) => [one.name, toRules(one)]));
  const rest = byName.get(REST_STREAM) ?? toRules(REST_PLAN);
  return {
    whole: {
      maxMessages: orNone(plan.maxMessages),
      maxBytes: orNone(plan.maxBytes),
      maxAgeMs: orNone(plan.maxAgeMs),
      whenFull: plan.whenFull,
      roomPercent: plan.roomPercent,
      roomBytes: plan.roomBytes,
    },
    of: (stream) => byName.get(stream) ?? rest,
    planned: (stream) => byName.has(stream),
    names: [...byName.keys()],
  };
}

/** Room an entry takes on the disk beside its payload: topic, source, stamps, its share of a page. */
export const ENTRY_BYTES = 120;

export const weightOf = (held: { readonly count: number; readonly bytes: number }): number =>
  held.bytes + held.count * ENTRY_BYTES;

/**
 * The stream that gives up its oldest entry when all streams together hold too much: the one whose oldest is oldest, with
 * `drop-lowest` among those of the lowest priority that hold anything. `until`: the age of the next stream's oldest, up to which it
 * may give without asking again.
 */
export function chooseVictim(books: Iterable<Book>, rules: RuleBook): { readonly book: Book; readonly until: number } | null {
  const byRank = rules.whole.whenFull === 'drop-lowest';
  let victim: Book | null = null;
  let rank = 0;
  let until = Number.POSITIVE_INFINITY;
  for (const book of books) {
    if (book.count === 0) continue;
    const own = byRank ? rules.of(book.name).rank : 0;
    if (victim && own < rank) continue;
    const kept = book.oldestKeptAt ?? 0;
    const best = victim?.oldestKeptAt ?? 0;
    if (!victim || own > rank) {
      victim = book;
      rank = own;
      until = Number.POSITIVE_INFINITY;
    } else if (kept < best) {
      victim = book;
      until = best;
    } else until = Math.min(until, kept);
  }
  return victim ? { book: victim, until } : null;
}
