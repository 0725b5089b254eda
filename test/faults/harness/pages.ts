import { closeSync, fstatSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { readStorage } from './books.ts';
import { createChance } from './chance.ts';
import { written } from './kills.ts';
import { type Step, stepText } from './plan.ts';
import { BURST_RATE, RATE, type Rig, until, within } from './rig.ts';

const PAGE_BYTES = 4096;
const BACKLOG = 400;
const PATIENCE_MS = 20_000;
const SALVAGE_MS = 3000;
const SALVAGED_MS = 60_000;

/** Brings all that is committed into the database itself: what is still in the write-ahead log would lie over what is overwritten. */
function settle(file: string): void {
  const db = new Sqlite(file);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** Overwrites so many pages of a database that nobody has open. Returns their numbers, from 1. */
function overwrite(file: string, step: Extract<Step, { kind: 'pages' }>): number[] {
  settle(file);
  const chance = createChance(step.pages * 1000 + step.delayMs);
  const handle = openSync(file, 'r+');
  try {
    const count = Math.floor(fstatSync(handle).size / PAGE_BYTES);
    const pages = Array.from({ length: step.pages }, () => chance.int(1, count));
    for (const page of pages) {
      const bytes = Buffer.alloc(PAGE_BYTES, 0);
      if (step.how !== 'zeros') for (let at = 0; at < PAGE_BYTES; at += 4) bytes.writeUInt32LE(chance.int(0, 0xffff_ffff), at);
      writeSync(handle, bytes, 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
    }
    return pages;
  } finally {
    closeSync(handle);
  }
}

const spoolFile = (data: string): string => {
  const name = readdirSync(join(data, 'store')).find((one) => /^spool[^-]*\.db$/.test(one));
  if (name === undefined) throw new Error(`there is no database of the spool in ${data}/store`);
  return join(data, 'store', name);
};

/**
 * A backlog, the gateway killed, pages overwritten, and the gateway started again; with `noise-and-killed` it is killed once more
 * while it moves the damaged file aside and salvages it. Resolves when the salvage is done, if there was one.
 */
export async function injectPages(rig: Rig, step: Extract<Step, { kind: 'pages' }>): Promise<void> {
  const { power, generator, proxy } = rig;
  proxy.setMode('refuse');
  proxy.resetAll();
  generator.setRate(BURST_RATE);
  await within(generator.next('acknowledged', BACKLOG), PATIENCE_MS);
  generator.setRate(RATE);
  await power.kill('before pages are overwritten');
  const pages = overwrite(spoolFile(rig.data), step);
  writeFileSync(join(rig.data, 'overwritten-pages'), `${stepText(step)}: ${pages.join(' ')}\n`);
  if (step.how === 'noise-and-killed') {
    const salvage = written(rig.data, /damaged|salvage/, 1);
    power.begin();
    const began = await within(salvage.came, SALVAGE_MS);
    salvage.cancel();
    await new Promise((resolve) => setTimeout(resolve, step.delayMs));
    await power.kill(began ? 'salvage' : 'chance (no salvage came)');
  }
  await power.up();
  proxy.setMode('pass');
  const done = await until(
    async () => (await readStorage(rig.data).catch(() => null))?.salvage?.state !== 'running',
    SALVAGED_MS,
    300,
  );
  if (!done) rig.note('gateway', `the salvage was not done within ${SALVAGED_MS / 1000} s`);
}
