import { type Load, medianRun, type Run, startLoad } from './load.ts';
import type { Job } from './load-client.ts';
import { createMachine, type Machine } from './machine.ts';
import { bundled, type Peer, startAedes, startGateway, startMosquitto, startNodeRed } from './peers.ts';
import { type Bar, type Case, type Findings, ms, type Table, thousands, times } from './report.ts';

const PAYLOAD_BYTES = 200;
const WINDOWS = [64, 1000];
const RATES = [1000, 5000];

const FUNCTION = `export const handler = (event) => {
  event.checked = true;
  return { topic: 'bench/out', payload: event, qos: event.q };
};`;
const QUEUE = '{ size: 5000, whenFull: block-source }';
const DOCUMENT = `schema: gatehouse/1
name: bench
functions:
  - name: work
    queue: ${QUEUE}
    code:
      inline: |
${FUNCTION.replaceAll(/^/gm, '        ')}
subscriptions:
  - { id: in, source: local, subject: bench/in, target: 'function:work', queue: ${QUEUE} }
  - { id: out, source: 'function:work', subject: bench/out, target: local, queue: ${QUEUE} }
`;

interface Named {
  readonly name: string;
  readonly peer: Peer;
  /** Answers on the topic that it was sent on: no function, only a broker. */
  readonly echo: boolean;
}
type Results = Map<string, Map<string, Run[]>>;

const job = (pace: Job['pace'], qos: 0 | 1, more: { echo: boolean; warmMs: number; measureMs: number }): Omit<Job, 'port'> => ({
  publishTo: 'bench/in',
  listenOn: more.echo ? 'bench/in' : 'bench/out',
  qos,
  payloadBytes: PAYLOAD_BYTES,
  warmMs: more.warmMs,
  measureMs: more.measureMs,
  pace,
});

/** One message that comes through within a moment. */
export async function answers(load: Load, port: number): Promise<boolean> {
  const once = job({ window: 1 }, 0, { echo: false, warmMs: 50, measureMs: 150 });
  const { perS } = await load.run({ port, processes: [] }, once).catch(() => ({ perS: 0 }));
  return perS > 0;
}

async function startPeers(machine: Machine, load: Load, quick: boolean): Promise<Named[]> {
  const gateway = await startGateway(machine, { cli: bundled(), data: machine.folder(), document: DOCUMENT });
  const red = await startNodeRed(machine, {}, (port) => answers(load, port));
  const peers: Named[] = [
    { name: 'Gatehouse', peer: gateway, echo: false },
    { name: 'Node-RED + mosquitto', peer: red, echo: false },
  ];
  if (!quick) {
    const own = await startNodeRed(machine, { embedded: true }, (port) => answers(load, port));
    peers.push({ name: 'Node-RED + its aedes node', peer: own, echo: false });
    peers.push({ name: 'aedes, echo only', peer: await startAedes(machine), echo: true });
  }
  peers.push({ name: 'mosquitto, echo only', peer: await startMosquitto(machine), echo: true });
  return peers;
}

function keep(results: Results, cell: string, name: string, run: Run): void {
  const of = results.get(cell) ?? new Map<string, Run[]>();
  results.set(cell, of);
  of.set(name, [...(of.get(name) ?? []), run]);
}

async function measure(peers: readonly Named[], load: Load, rounds: number, quick: boolean, results: Results): Promise<void> {
  const span = quick ? { warmMs: 300, measureMs: 700 } : { warmMs: 300, measureMs: 1000 };
  for (let round = 0; round < rounds; round += 1) {
    for (const qos of [0, 1] as const) {
      for (const window of WINDOWS) {
        for (const { name, peer, echo } of peers) {
          keep(results, `QoS ${qos}, window ${window}`, name, await load.run(peer, job({ window }, qos, { echo, ...span })));
        }
      }
    }
  }
  // More rounds than above: one disturbance decides a p99.
  for (let round = 0; round < (quick ? 1 : 5); round += 1) {
    for (const perS of RATES) {
      for (const { name, peer, echo } of peers) {
        const steady = { echo, warmMs: 300, measureMs: 1000 };
        keep(results, `${perS}/s`, name, await load.run(peer, job({ perS }, 1, steady)));
      }
    }
  }
}

type Medians = (cell: string, name: string) => Run;

function throughputTable(peers: readonly Named[], of: Medians): Table {
  const cells = [0, 1].flatMap((qos) => WINDOWS.map((window) => `QoS ${qos}, window ${window}`));
  const row = ({ name }: Named) => [
    name,
    ...cells.map((cell) => `${thousands(of(cell, name).perS)} (${of(cell, name).cpuUs.toFixed(0)} us)`),
  ];
  return {
    title: 'Device message -> function -> out: messages a second (CPU a message)',
    columns: ['', ...cells],
    rows: peers.map(row),
  };
}
function latencyTable(peers: readonly Named[], of: Medians): Table {
  const row = ({ name }: Named) => [
    name,
    ...RATES.flatMap((rate) => {
      const { p50Ms, p99Ms, cpuUs } = of(`${rate}/s`, name);
      return [ms(p50Ms), ms(p99Ms), `${cpuUs.toFixed(0)} us`];
    }),
  ];
  const columns = ['', ...RATES.flatMap((rate) => [`${thousands(rate)}/s p50 ms`, 'p99 ms', 'CPU'])];
  return { title: 'The same at a fixed rate, QoS 1: latency end to end', columns, rows: peers.map(row) };
}

function barsOf(peers: readonly Named[], of: Medians, results: Results): Bar[] {
  const rivals = peers.filter(({ name }) => name.startsWith('Node-RED'));
  const bars: Bar[] = [];
  for (const cell of results.keys()) {
    const own = of(cell, 'Gatehouse');
    if (cell.startsWith('QoS')) {
      const best = Math.max(...rivals.map(({ name }) => of(cell, name).perS));
      if (best <= 0) throw new Error(`Node-RED passed nothing on at ${cell}: there is nothing to compare with`);
      const ratio = own.perS / best;
      bars.push({ text: `${cell}: ${times(ratio)} the throughput of Node-RED's best variant (at least 3x)`, met: ratio >= 3 });
    } else {
      const best = Math.min(...rivals.map(({ name }) => of(cell, name).p99Ms));
      const text = `${cell}: p99 ${ms(own.p99Ms)} ms against ${ms(best)} ms of Node-RED's best variant (at most half)`;
      bars.push({ text, met: own.p99Ms <= best / 2 });
    }
  }
  const lost = [...results.keys()].reduce((sum, cell) => sum + of(cell, 'Gatehouse').lost, 0);
  bars.push({ text: `messages lost: ${lost}`, met: lost === 0 });
  return bars;
}

async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const load = startLoad();
  const results: Results = new Map();
  const rounds = quick ? 1 : 3;
  try {
    const peers = await startPeers(machine, load, quick);
    note(`${peers.length} peers, ${rounds} round(s)`);
    await measure(peers, load, rounds, quick, results);
    const of: Medians = (cell, name) => medianRun(results.get(cell)?.get(name) ?? []);
    const losers = peers.filter(({ name }) => [...results.keys()].some((cell) => of(cell, name).lost > 0));
    for (const { name } of losers) note(`${name} lost messages`);
    const figures = Object.fromEntries([...results].map(([cell, runs]) => [cell, Object.fromEntries(runs)]));
    return { tables: [throughputTable(peers, of), latencyTable(peers, of)], bars: barsOf(peers, of, results), figures };
  } finally {
    load.end();
    await machine.clear();
  }
}

export const flow: Case = { name: 'flow', run };
