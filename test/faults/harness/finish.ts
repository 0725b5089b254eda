import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Books, readBooks } from './books.ts';
import { compare } from './compare.ts';
import { readFunctionLedger } from './ledger.ts';
import type { OpenSite } from './open-site.ts';
import { pause, type Rig, until } from './rig.ts';
import type { ReportedLoss, Verdict } from './verdict.ts';

const ANSWERED_MS = 60_000;
const DRAINED_MS = 120_000;
const SETTLED_MS = 15_000;

/** The books after they have come to rest: all is delivered, and what they say is what came in. null: they cannot be read. */
async function settledBooks(rig: Rig, accountedFor: (books: Books) => boolean): Promise<Books | null> {
  let books: Books | null = null;
  const read = async (): Promise<boolean> => {
    books = await readBooks(rig.data, rig.power.consoleUrl).catch(() => null);
    return books !== null && books.waiting === 0 && accountedFor(books);
  };
  await until(read, DRAINED_MS, 200);
  const rest = rig.farEnd.arrivals.length;
  await pause(500);
  // The row of the books is made anew about once a second.
  await until(async () => (await read()) && rig.farEnd.arrivals.length === rest, SETTLED_MS, 500);
  return books;
}

const reportedLoss = ({ dropped, salvage }: Books): ReportedLoss => ({
  lost: Math.max(dropped['damaged'] ?? 0, salvage?.lost ?? 0),
  exact: salvage?.exact ?? false,
});

/** For who wants to know what happened: what came in, one a line, in order. Beside the data directory and the function's ledger. */
function writeLedgers({ folder, rig, promises }: OpenSite): void {
  const arrivals = rig.farEnd.arrivals.map((one) => JSON.stringify(one));
  writeFileSync(join(folder, 'arrivals.jsonl'), `${arrivals.join('\n')}\n`);
  writeFileSync(join(folder, 'promises.json'), JSON.stringify(promises.series()));
}

/** Ends all faults, lets everything be delivered, and compares. */
export async function finish(
  site: OpenSite,
  options: { custody: boolean; lossAllowed: boolean },
): Promise<{ readonly verdict: Verdict; readonly owned: ReportedLoss | null }> {
  const { rig, notes } = site;
  const { generator, power, farEnd } = rig;
  rig.proxy.setMode('pass');
  generator.setRate(0);
  const answered = await until(() => generator.unanswered === 0, ANSWERED_MS);
  if (!answered) notes.note('gateway', `${generator.unanswered} messages were not acknowledged within ${ANSWERED_MS / 1000} s`);
  const code = await power.stop();
  if (code !== 0) notes.note('gateway', `it ended with ${code} when it was stopped`);
  site.silenceDevice();
  await power.up();
  const distinct = (): number => new Set(farEnd.arrivals.filter((one) => one.answer === 'taken').map((one) => one.id)).size;
  const books = await settledBooks(
    rig,
    ({ delivered, deadLettered }) => options.lossAllowed || delivered + deadLettered >= distinct(),
  );
  const owned = options.lossAllowed && books ? reportedLoss(books) : null;
  const verdict = compare({
    promised: [...site.promises.series(), ...readFunctionLedger(site.functionLedger)],
    arrivals: farEnd.arrivals,
    books,
    custody: options.custody,
    allowed: options.lossAllowed ? (owned ?? { lost: 0, exact: false }) : null,
  });
  const own = notes.result();
  const findings = [...verdict.findings, ...own.findings];
  if (findings.length > 0) writeLedgers(site);
  return { verdict: { ...verdict, counts: { ...verdict.counts, ...own.counts }, findings }, owned };
}
