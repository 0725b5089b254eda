import type { Arrival } from './ledger.ts';
import type { Evidence, Notes, Tally } from './verdict.ts';

/** Numbers of one source as they came. */
interface Chain {
  readonly ids: Map<number, string>;
  highest: number;
}

/** After damage to its table of sources the gateway leaves out so many numbers, and says so, rather than use one twice. */
const SKIPPED = 1_048_576;
/** A wilder leap than this is not counted out. */
const MOST_LISTED = 1_000_000;

/**
 * The custody numbers of a source: 1, 2, 3 as they come first, each under one id. A number that is missing must have been refused
 * by the far end, or be among what a damaged database cost.
 */
export function checkCustody(evidence: Evidence, first: readonly Arrival[], tally: Tally, notes: Notes): void {
  const chains = new Map<string, Chain>();
  for (const one of first) {
    const chain = chains.get(one.source) ?? { ids: new Map(), highest: 0 };
    chains.set(one.source, chain);
    const { custody, id } = one;
    if (!Number.isSafeInteger(custody) || custody < 1) {
      notes.note('custody-gap', `${one.source} id ${id} has no custody number`);
      continue;
    }
    const other = chain.ids.get(custody);
    if (other !== undefined) notes.note('id-conflict', `${one.source} custody ${custody} has the ids ${other} and ${id}`);
    chain.ids.set(custody, id);
    if (custody > chain.highest) chain.highest = custody;
    else if (one.answer === 'declined') tally.late += one.series === null ? 1 : 0;
    else notes.note('out-of-order', `${one.source} custody ${custody} came after ${chain.highest}`);
  }
  const refused = new Set(
    evidence.arrivals.filter((one) => one.answer === 'refused').map((one) => `${one.source} ${one.custody}`),
  );
  for (const [source, { ids }] of chains) {
    let last = 0;
    for (const custody of [...ids.keys()].sort((one, other) => one - other)) {
      const skipped = evidence.allowed !== null && custody - last > SKIPPED ? SKIPPED : 0;
      for (let gone = last + 1 + skipped; gone < custody; gone += 1) {
        if (refused.has(`${source} ${gone}`)) continue;
        tally.missing += 1;
        if (evidence.allowed === null) notes.note('custody-gap', `${source} custody ${gone} never came`);
        if (gone - last - skipped > MOST_LISTED) break;
      }
      last = custody;
    }
  }
  if (evidence.allowed?.exact === true && tally.missing > evidence.allowed.lost)
    notes.note(
      'custody-gap',
      `${tally.missing} numbers are missing; the gateway says that exactly ${evidence.allowed.lost} are lost`,
    );
}
