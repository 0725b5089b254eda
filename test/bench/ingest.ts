import { join } from 'node:path';
import { floor } from './floor.ts';
import { median, medianRun, type Run, startLoad } from './load.ts';
import { createMachine } from './machine.ts';
import { bundled, startGateway } from './peers.ts';
import { type Case, type Findings, ms, thousands } from './report.ts';

const WINDOWS = [1, 64, 1000];
const PAYLOAD_BYTES = 200;
/** No cloud is configured, so all of it is stored and stays. */
const DOCUMENT = `schema: gatehouse/1
name: bench
subscriptions:
  - { id: in, source: local, subject: in/#, target: cloud, queue: { size: 10000, whenFull: block-source } }
`;

async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const load = startLoad();
  const rounds = quick ? 1 : 3;
  const runs = new Map<number, Run[]>(WINDOWS.map((window) => [window, []]));
  const floors = new Map<number, number[]>([1, 64, 256, 1024].map((group) => [group, []]));
  try {
    const gateway = await startGateway(machine, { cli: bundled(), data: machine.folder(), document: DOCUMENT });
    const folder = machine.folder();
    for (let round = 0; round < rounds; round += 1) {
      for (const [group, list] of floors) list.push(floor(join(folder, `floor-${group}-${round}.db`), group, 500).perS);
      for (const [window, list] of runs) {
        const spans = { warmMs: 300, measureMs: 1000 };
        const job = {
          publishTo: 'in/meter',
          listenOn: null,
          qos: 1,
          payloadBytes: PAYLOAD_BYTES,
          ...spans,
          pace: { window },
        } as const;
        list.push(await load.run(gateway, job));
      }
    }
    note(`${rounds} round(s)`);
  } finally {
    load.end();
    await machine.clear();
  }
  const of = (window: number): Run => medianRun(runs.get(window) ?? []);
  const lost = WINDOWS.reduce((sum, window) => sum + of(window).lost, 0);
  return {
    tables: [
      {
        title: 'QoS 1 ingest, on the disk before it is acknowledged',
        columns: ['in flight', 'acknowledged a second', 'p50 ms', 'p99 ms', 'CPU a message'],
        rows: WINDOWS.map((window) => {
          const { perS, p50Ms, p99Ms, cpuUs } = of(window);
          return [window, thousands(perS), ms(p50Ms), ms(p99Ms), `${cpuUs.toFixed(0)} us`];
        }),
      },
      {
        title: 'The floor: better-sqlite3 alone, WAL, synchronous FULL',
        columns: ['rows a commit', 'rows a second'],
        rows: [...floors].map(([group, list]) => [group, thousands(median(list))]),
      },
    ],
    bars: [{ text: `messages not acknowledged: ${lost}`, met: lost === 0 }],
    figures: { runs: Object.fromEntries(runs), floors: Object.fromEntries(floors) },
  };
}

export const ingest: Case = { name: 'ingest', run };
