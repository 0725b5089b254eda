import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../load.ts';
import { type Machine, memoryOf } from '../machine.ts';
import { type Findings, ms, thousands } from '../report.ts';
import { count, publish } from './clients.ts';
import { freePort, gateway, mosquitto, type Started } from './peers.ts';

const MESSAGES = 200_000;
const AWAY_MS = 5000;

interface Drain {
  /** From the port of the upstream being open. */
  readonly firstMs: number;
  readonly perS: number;
  readonly count: number;
  readonly restMb: number;
  /** With the whole backlog waiting. */
  readonly fullMb: number;
  /** Most while it filled and drained. */
  readonly mostMb: number;
}

/** Fills while the upstream is away, brings it back, and counts what arrives. */
async function drain(machine: Machine, start: (upstream: number) => Promise<Started>): Promise<Drain> {
  const upstream = await freePort();
  const peer = await start(upstream);
  await sleep(2000);
  const rss = (): number => memoryOf(peer.running.pid).residentMb;
  const restMb = rss();
  let mostMb = restMb;
  const watch = setInterval(() => {
    mostMb = Math.max(mostMb, rss());
  }, 50);
  await publish([peer.running.pid], {
    port: peer.port,
    clients: 10,
    window: 100,
    payloadBytes: 200,
    total: MESSAGES,
    warmMs: 0,
    measureMs: 0,
  });
  await sleep(AWAY_MS);
  const fullMb = rss();
  const counter = count({ port: upstream, id: 'counter', expected: MESSAGES, keepSession: false, patienceMs: 60_000 });
  const far = await mosquitto(machine, { port: upstream, folder: machine.folder() });
  const figures = await counter.done;
  clearInterval(watch);
  await peer.running.end();
  await far.running.end();
  const span = figures.lastMs - figures.firstMs;
  return { firstMs: figures.firstMs, perS: (figures.count * 1000) / span, count: figures.count, restMb, fullMb, mostMb };
}

/** A backlog of 200,000 messages goes to a mosquitto that comes back: ours, and mosquitto's own bridge, in turns. */
export async function drainPart(machine: Machine, quick: boolean): Promise<Findings> {
  const own: Drain[] = [];
  const other: Drain[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    own.push(await drain(machine, (upstream) => gateway(machine, machine.folder(), upstream)));
    other.push(
      await drain(machine, async (bridgeTo) =>
        mosquitto(machine, { port: await freePort(), folder: machine.folder(), bridgeTo }),
      ),
    );
  }
  const of = (list: readonly Drain[], pick: (one: Drain) => number): number => median(list.map(pick));
  const row = (name: string, list: readonly Drain[]) => [
    name,
    thousands(of(list, (one) => one.perS)),
    ms(of(list, (one) => one.firstMs)),
    list.map((one) => thousands(one.count)).join(' '),
    `${of(list, (one) => one.restMb).toFixed(0)} MB`,
    `+${of(list, (one) => one.fullMb - one.restMb).toFixed(0)} MB`,
    `+${of(list, (one) => one.mostMb - one.restMb).toFixed(0)} MB`,
  ];
  const ratio = of(own, (one) => one.perS) / of(other, (one) => one.perS);
  const first = Math.max(...own.map((one) => one.firstMs));
  const grown = Math.max(...own.map((one) => one.fullMb - one.restMb));
  const missing = own.reduce((sum, one) => sum + Math.max(0, MESSAGES - one.count), 0);
  return {
    tables: [
      {
        title: `Draining ${thousands(MESSAGES)} messages of 200 bytes to a mosquitto that comes back after ${AWAY_MS / 1000} s`,
        columns: [
          '',
          'a second',
          'first message ms',
          'arrived',
          'memory at rest',
          'with the backlog',
          'most while filling and draining',
        ],
        rows: [row('Gatehouse', own), row('mosquitto bridge', other)],
      },
    ],
    bars: [
      { text: `drain: ${ratio.toFixed(2)}x of mosquitto's bridge (at least 0.6x, aim 0.9x)`, met: ratio >= 0.6 },
      { text: `first message after the upstream is back: at most ${ms(first)} ms (at most 1,000 ms)`, met: first <= 1000 },
      { text: `memory: at most ${grown.toFixed(0)} MB more with the backlog (less than 50 MB)`, met: grown < 50 },
      { text: `messages that did not arrive: ${missing}`, met: missing === 0 },
    ],
    figures: { own, other },
  };
}
