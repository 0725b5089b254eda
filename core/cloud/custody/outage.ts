import type { ClockTrust } from '../../contract/message.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';
import type { FaultView } from '../../contract/views.ts';
import type { SpoolStats } from '../../store/spool.ts';

/**
 * The spool's books at one moment. Counts go up only, over restarts too, but one: what is found in a damaged spool leaves
 * `dropped.damaged` again.
 */
export interface BookFigures {
  readonly appended: number;
  readonly acknowledged: number;
  readonly deadLettered: number;
  readonly waiting: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export const figuresOf = ({ appended, acknowledged, deadLettered, count, dropped }: SpoolStats): BookFigures => ({
  appended,
  acknowledged,
  deadLettered,
  waiting: count,
  dropped: { ...dropped },
});

/** One outage as it goes on. Times are steady ms, but `from`, `restoredAt` and `to`, which are wall ms as known now. */
export interface Outage {
  readonly id: string;
  readonly endpoint: string;
  readonly begin: BookFigures;
  readonly clockTrust: ClockTrust;
  /** A lost line has one; a start without a line gets it with the first attempt. */
  cause: FaultView | null;
  restarts: number;
  /** Possible duplicates that are counted already, and the counter from which on the others are. */
  duplicatesBefore: number;
  duplicatesFrom: number;
  highest: { messages: number; bytes: number };
  /** The last settled number of every source when it began. */
  readonly settled: ReadonlyMap<string, number>;
  /** So that the time away is `now - awaySince` while it lasts. */
  awaySince: number;
  awayMs: number | null;
  restoredSteady: number | null;
  from(): number;
  restoredAt: (() => number) | null;
}

const PREFIX = 'outage/';

/** The beginning of an outage as figures that survive a restart; `number` says of which certificate. */
export function toFigures(number: number, { begin, awaySince }: Outage): Readonly<Record<string, number>> {
  const { appended, acknowledged, deadLettered, waiting, dropped } = begin;
  const figures: Record<string, number> = { number, appended, acknowledged, deadLettered, waiting, awaySince };
  for (const [reason, count] of Object.entries(dropped)) figures[`dropped/${reason}`] = count;
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [PREFIX + name, value]));
}

/** The beginning as it was saved for this certificate; null where it was not. */
export function fromFigures(
  saved: Readonly<Record<string, number>>,
  number: number,
  reasons: readonly string[],
): { readonly begin: BookFigures; readonly awaySince: number } | null {
  if (saved[`${PREFIX}number`] !== number) return null;
  const value = (name: string): number => saved[PREFIX + name] ?? 0;
  const dropped = Object.fromEntries(reasons.map((reason) => [reason, value(`dropped/${reason}`)]));
  const [appended, acknowledged, deadLettered] = [value('appended'), value('acknowledged'), value('deadLettered')];
  return { begin: { appended, acknowledged, deadLettered, waiting: value('waiting'), dropped }, awaySince: value('awaySince') };
}

/** What lies between two moments of the books. What a salvage has found since waited before, whatever the books said then. */
export function between(begin: BookFigures, now: BookFigures) {
  const dropped: Record<string, number> = {};
  let found = 0;
  for (const [reason, count] of Object.entries(now.dropped)) {
    const more = count - (begin.dropped[reason] ?? 0);
    if (more > 0) dropped[reason] = more;
    else found -= more;
  }
  const waitingBefore = begin.waiting + found;
  const accepted = now.appended - begin.appended;
  const delivered = now.acknowledged - begin.acknowledged;
  const deadLettered = now.deadLettered - begin.deadLettered;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return {
    accepted,
    delivered,
    deadLettered,
    dropped,
    waitingBefore,
    waitingAfter: now.waiting,
    balanced: accepted + waitingBefore === delivered + deadLettered + lost + now.waiting,
  };
}

/** The certificate of an outage that is still open. */
export function openView(
  outage: Outage,
  now: { readonly steady: number; readonly books: BookFigures; readonly duplicates: number },
  names: { readonly gateway: string; readonly site: string },
): CertificateView {
  return {
    id: outage.id,
    state: 'open',
    ...names,
    endpoint: outage.endpoint,
    from: outage.from(),
    restoredAt: outage.restoredAt?.() ?? null,
    to: null,
    offlineMs: Math.round(outage.awayMs ?? now.steady - outage.awaySince),
    drainMs: null,
    clockTrust: outage.clockTrust,
    cause: outage.cause,
    restarts: outage.restarts,
    ...between(outage.begin, now.books),
    highestBacklog: { ...outage.highest },
    duplicatesPossible: outage.duplicatesBefore + now.duplicates - outage.duplicatesFrom,
    sources: [],
    abridged: false,
    hash: null,
  };
}
