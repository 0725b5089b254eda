import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { readStorage } from './books.ts';
import { createChance } from './chance.ts';
import { BLOCK_BYTES, certainBytes, damageBits, damageBlocks } from './damage.ts';
import { written } from './kills.ts';
import { type Step, stepText } from './plan.ts';
import { BURST_RATE, RATE, type Rig, until, within } from './rig.ts';

type Pages = Extract<Step, { kind: 'pages' }>;

const BACKLOG = 400;
const ATTEMPTS = 3;
const PATIENCE_MS = 20_000;
const SALVAGE_MS = 3000;
const SALVAGED_MS = 60_000;

/** Brings all that is committed into the database itself: what is still in the write-ahead log would lie over what is damaged. */
function settle(file: string): void {
  const db = new Sqlite(file);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

const hitsLog = ({ how }: Pages): boolean => how === 'log-bits' || how === 'log-noise';
const certainOf = (log: string): number => (existsSync(log) ? certainBytes(readFileSync(log)) : 0);

/** Damages a database, or its log, that nobody has open. Returns the places, as offsets. */
function damage(database: string, step: Pages): readonly number[] {
  const file = hitsLog(step) ? `${database}-wal` : database;
  if (!hitsLog(step)) settle(database);
  const chance = createChance(step.pages * 1000 + step.delayMs);
  const handle = openSync(file, 'r+');
  try {
    const bytes = hitsLog(step) ? certainOf(file) : fstatSync(handle).size;
    const isBits = step.how === 'bits' || step.how === 'log-bits';
    const content = readFileSync(file);
    const places = isBits
      ? damageBits(content, bytes, step.pages, chance)
      : damageBlocks(content, Math.floor(bytes / BLOCK_BYTES), step.pages, chance, step.how === 'zeros');
    writeSync(handle, content, 0, content.length, 0);
    return places;
  } finally {
    closeSync(handle);
  }
}

const spoolFile = (data: string): string => {
  const name = readdirSync(join(data, 'store')).find((one) => /^spool[^-]*\.db$/.test(one));
  if (name === undefined) throw new Error(`there is no database of the spool in ${data}/store`);
  return join(data, 'store', name);
};

/** A backlog, and the gateway killed; with damage to the log, when there is something in it. */
async function killWithBacklog({ power, generator, proxy, data }: Rig, step: Pages): Promise<string> {
  proxy.setMode('refuse');
  proxy.resetAll();
  for (let attempt = 0; ; attempt += 1) {
    generator.setRate(BURST_RATE);
    await within(generator.next('acknowledged', BACKLOG), PATIENCE_MS);
    generator.setRate(RATE);
    await power.kill('before the database is damaged');
    const database = spoolFile(data);
    // A checkpoint may just have emptied it.
    if (!hitsLog(step) || certainOf(`${database}-wal`) >= BLOCK_BYTES || attempt === ATTEMPTS) return database;
    await power.up();
  }
}

/**
 * A backlog, the gateway killed, its database damaged, and the gateway started again; with `noise-and-killed` it is killed once more
 * while it moves the damaged file aside and salvages it. Resolves when the salvage is done, if there was one.
 */
export async function injectPages(rig: Rig, step: Pages): Promise<void> {
  const { power, proxy } = rig;
  const places = damage(await killWithBacklog(rig, step), step);
  writeFileSync(join(rig.data, 'damage'), `${stepText(step)}: ${places.join(' ')}\n`);
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
