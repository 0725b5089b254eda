import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultProxy } from '../../fakes/fault-proxy.ts';
import { freePort } from '../../fakes/mosquitto.ts';
import { createChance } from './chance.ts';
import { type OwnFarEnd, startOwnFarEnd } from './far-end.ts';
import { createGenerator } from './generator.ts';
import { createPromises, type Promises } from './ledger.ts';
import { faketimeEnv, faketimeLibrary, mountDisk, setClock, unmountDisk } from './machine.ts';
import { type MosquittoFarEnd, startMosquittoFarEnd } from './mosquitto-end.ts';
import type { EpisodeName } from './plan.ts';
import { createPower } from './power.ts';
import { RATE, type Rig } from './rig.ts';
import { prepareSite, REFUSE_WHEN_FULL } from './site.ts';
import { createNotes, type Notes } from './verdict.ts';

export interface OpenSite {
  readonly rig: Rig;
  readonly promises: Promises;
  readonly notes: Notes;
  readonly functionLedger: string;
  readonly folder: string;
  /** From the next start on the simulated device is silent, so that the books come to rest. */
  silenceDevice(): void;
  close(keep: boolean): Promise<void>;
}

export interface SiteOptions {
  readonly episode: EpisodeName;
  readonly seed: number;
  readonly cli: string;
  /** The gateway knows the section `outbox` of the document. */
  readonly outbox: boolean;
}

/** Above this a row of the database spreads over several pages; where pages are overwritten every row is to be in one. */
const ONE_PAGE_BYTES = 600;
const MAX_BYTES = 6000;

/** Starts everything around a gateway, and the gateway: far end, line, client devices, and what the episode needs of the machine. */
export async function openSite({ episode, seed, cli, outbox }: SiteOptions): Promise<OpenSite> {
  const folder = mkdtempSync(join(tmpdir(), `gatehouse-faults-${episode}-`));
  const disk = episode === 'disk' ? join(folder, 'disk') : null;
  // Also when the harness itself is told to go: nothing of it may stay behind.
  const undo: (() => void)[] = [
    () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
    () => disk !== null && unmountDisk(disk),
  ];
  const onExit = (): void => {
    for (const act of undo.reverse()) act();
  };
  process.once('exit', onExit);
  const brokerFolder = join(folder, 'broker');
  mkdirSync(brokerFolder);
  if (disk !== null) {
    mkdirSync(disk);
    mountDisk(disk);
  }
  const library = episode === 'clock' ? faketimeLibrary() : null;
  const clockFile = library === null ? null : join(folder, 'clock');
  if (clockFile !== null) setClock(clockFile, 0);
  const farEnd: OwnFarEnd | MosquittoFarEnd =
    episode === 'mosquitto' ? await startMosquittoFarEnd(brokerFolder) : await startOwnFarEnd();
  undo.push(() => void farEnd.close());
  const proxy = await startFaultProxy(farEnd.port);
  const site = prepareSite(folder, join(disk ?? folder, 'data'), proxy.port, outbox && disk !== null ? REFUSE_WHEN_FULL : {});
  const mqttPort = await freePort();
  const notes = createNotes();
  // As `gatehouse start` would set it, starting itself anew.
  const heaps = { MALLOC_ARENA_MAX: '2' };
  const env = library === null || clockFile === null ? heaps : { ...heaps, ...faketimeEnv(library, clockFile) };
  let document = site.document;
  const power = createPower({
    options: () => ({ cli, data: site.data, document, mqttPort, env }),
    note: notes.note,
  });
  undo.push(() => void power.kill('end'));
  const promises = createPromises();
  const generator = createGenerator(
    mqttPort,
    promises,
    createChance(seed).fork(`generator ${episode}`),
    episode === 'pages' ? ONE_PAGE_BYTES : MAX_BYTES,
  );
  const open: OpenSite = {
    rig: { power, generator, proxy, farEnd, data: site.data, disk, clockFile, note: notes.note },
    promises,
    notes,
    functionLedger: site.ledger,
    folder,
    silenceDevice() {
      document = site.silentDocument;
    },
    async close(keep) {
      process.off('exit', onExit);
      generator.close();
      await power.kill('end');
      await proxy.close();
      await farEnd.close();
      if (disk !== null && keep) cpSync(site.data, join(folder, 'data'), { recursive: true });
      if (disk !== null) unmountDisk(disk);
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await power.up();
  } catch (cause) {
    await open.close(false);
    throw cause;
  }
  generator.setRate(RATE);
  return open;
}
