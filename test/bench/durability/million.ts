import { rmSync } from 'node:fs';
import { systemClock } from '../../../core/base/clock.ts';
import type { Message } from '../../../core/contract/message.ts';
import { median } from '../load.ts';
import { type Machine, memoryOf } from '../machine.ts';
import { type Findings, ms, thousands } from '../report.ts';
import { count, publish } from './clients.ts';
import { freePort, gateway, mosquitto } from './peers.ts';
import { openStore } from './store.ts';

const ROWS = 1_000_000;
const PER_APPEND = 2000;
const STREAM = 'live';
const STREAMS = `outbox:
  streams:
    - { id: ${STREAM}, subscription: in, order: newest-first }
`;

/** A data directory whose outbox holds a million messages, written by the store itself. */
async function fill(dataDir: string): Promise<void> {
  const store = await openStore(dataDir);
  const payload = Buffer.alloc(200, 'x');
  const at = { wallMs: systemClock.now(), monoMs: 0, bootId: 'bench', trust: 'synced' } as const;
  const source = { kind: 'client', id: 'bench' } as const;
  for (let row = 0; row < ROWS; row += PER_APPEND) {
    const messages = Array.from({ length: PER_APPEND }, (_, i): Message => {
      return { topic: 'old/backlog', payload, qos: 1, retain: false, source, sequence: row + i + 1, at, hops: 0 };
    });
    await store.spool.append(messages, STREAM);
  }
  await store.stop();
}

async function startMs(machine: Machine, data: string): Promise<{ took: number; mb: number }> {
  const began = performance.now();
  const { running } = await gateway(machine, data, null, STREAMS);
  const took = performance.now() - began;
  const mb = memoryOf(running.pid).residentMb;
  await running.end();
  return { took, mb };
}

/** How long the first message that is published now takes to the cloud, with a million older ones before it. */
async function firstLive(machine: Machine, data: string): Promise<number> {
  const upstream = await freePort();
  const far = await mosquitto(machine, { port: upstream, folder: machine.folder() });
  const counter = count({ port: upstream, id: 'live', expected: 1, keepSession: false, patienceMs: 60_000 });
  await counter.connected;
  const { port, running } = await gateway(machine, data, upstream, STREAMS);
  const began = performance.now();
  await publish([running.pid], { port, clients: 1, window: 1, payloadBytes: 200, total: 1, warmMs: 0, measureMs: 0 });
  await counter.done;
  const took = performance.now() - began;
  await running.end();
  await far.running.end();
  return took;
}

/** A start with a million waiting messages against a start with none. */
export async function millionPart(machine: Machine, quick: boolean, note: (text: string) => void): Promise<Findings> {
  const full = machine.folder();
  const empty = machine.folder();
  await fill(full);
  note(`${thousands(ROWS)} messages stored`);
  const fullRuns: { took: number; mb: number }[] = [];
  const emptyRuns: { took: number; mb: number }[] = [];
  await startMs(machine, empty); // fills the file cache for both
  for (let round = 0; round < (quick ? 2 : 7); round += 1) {
    fullRuns.push(await startMs(machine, full));
    emptyRuns.push(await startMs(machine, empty));
  }
  const liveMs = await firstLive(machine, full);
  rmSync(full, { recursive: true, force: true });
  const of = (list: readonly { took: number; mb: number }[]): readonly [number, number] => [
    median(list.map((one) => one.took)),
    median(list.map((one) => one.mb)),
  ];
  const [fullMs, fullMb] = of(fullRuns);
  const [emptyMs, emptyMb] = of(emptyRuns);
  return {
    tables: [
      {
        title: 'Start of the process until it is ready',
        columns: ['outbox', 'median ms', 'memory then'],
        rows: [
          [`${thousands(ROWS)} messages`, thousands(fullMs), `${fullMb.toFixed(0)} MB`],
          ['empty', thousands(emptyMs), `${emptyMb.toFixed(0)} MB`],
        ],
      },
    ],
    bars: [
      {
        text: `start with ${thousands(ROWS)} messages: ${thousands(fullMs - emptyMs)} ms more than with none (less than 200 ms)`,
        met: fullMs - emptyMs < 200,
      },
      {
        text: `a live message of a newest-first stream reaches the cloud ${ms(liveMs)} ms after it was published, before the backlog`,
        met: liveMs < 1000,
      },
    ],
    figures: { fullRuns, emptyRuns, liveMs },
  };
}
