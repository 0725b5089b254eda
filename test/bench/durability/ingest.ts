import { join } from 'node:path';
import { floor } from '../floor.ts';
import { median } from '../load.ts';
import type { Machine } from '../machine.ts';
import { type Findings, ms, thousands, times } from '../report.ts';
import { type AckRun, publish } from './clients.ts';
import { outboxAlone } from './outbox.ts';
import { freePort, gateway, mosquitto } from './peers.ts';

/** Clients and how many messages each has unacknowledged. */
const LOADS = [
  { clients: 1, window: 1 },
  { clients: 10, window: 10 },
  { clients: 100, window: 10 },
] as const;
const GROUPS = [1, 1024] as const;

type Figures = Pick<AckRun, 'perS' | 'p50Ms' | 'p99Ms' | 'cpuUs'>;

function middle(runs: readonly AckRun[]): Figures {
  const of = (pick: (run: AckRun) => number): number => median(runs.map(pick));
  return { perS: of((r) => r.perS), p50Ms: of((r) => r.p50Ms), p99Ms: of((r) => r.p99Ms), cpuUs: of((r) => r.cpuUs) };
}

/** QoS 1 from PUBLISH to PUBACK: ours (on the disk), mosquitto with persistence (not synced), and the database alone, in turns. */
export async function ingestPart(machine: Machine, quick: boolean): Promise<Findings> {
  const folder = machine.folder();
  const own = await gateway(machine, machine.folder(), null);
  const other = await mosquitto(machine, { port: await freePort(), folder: machine.folder(), persistence: true });
  const runs = LOADS.map(() => ({ own: [] as AckRun[], other: [] as AckRun[] }));
  const floors = GROUPS.map(() => [] as ReturnType<typeof floor>[]);
  const alone: number[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round += 1) {
    for (const [at, group] of GROUPS.entries()) floors[at]?.push(floor(join(folder, `${group}-${round}.db`), group, 700));
    alone.push(await outboxAlone(machine.folder(), 1024, 1500));
    for (const [at, load] of LOADS.entries()) {
      const job = { ...load, payloadBytes: 200, total: null, warmMs: 1500, measureMs: 2500 };
      runs[at]?.own.push(await publish([own.running.pid], { ...job, port: own.port }));
      runs[at]?.other.push(await publish([other.running.pid], { ...job, port: other.port }));
    }
  }
  await own.running.end();
  await other.running.end();
  const open = runs.flatMap((one) => one.own).reduce((sum, one) => sum + one.open, 0);
  const lone = middle(runs[0]?.own ?? []);
  const many = middle(runs[2]?.own ?? []);
  const manyOther = middle(runs[2]?.other ?? []);
  const commitP99 = median((floors[0] ?? []).map((one) => one.p99Ms));
  const floorPerS = median((floors[1] ?? []).map((one) => one.perS));
  const alonePerS = median(alone);
  const percent = (perS: number): string => `${Math.round((perS / floorPerS) * 100)} %`;
  const row = (name: string, load: (typeof LOADS)[number], figures: Figures) => [
    name,
    load.clients,
    load.window,
    thousands(figures.perS),
    ms(figures.p50Ms),
    ms(figures.p99Ms),
    `${figures.cpuUs.toFixed(0)} us`,
  ];
  return {
    tables: [
      {
        title:
          'QoS 1 ingest, 200 bytes: Gatehouse acknowledges after the commit, mosquitto (persistence on) before it is on a disk',
        columns: ['', 'clients', 'in flight each', 'acknowledged a second', 'p50 ms', 'p99 ms', 'CPU a message'],
        rows: LOADS.flatMap((load, at) => [
          row('Gatehouse', load, middle(runs[at]?.own ?? [])),
          row('mosquitto', load, middle(runs[at]?.other ?? [])),
        ]),
      },
      {
        title: 'The floor: better-sqlite3 alone, WAL, synchronous FULL, 200 bytes',
        columns: ['rows a commit', 'rows a second', 'p50 ms a commit', 'p99 ms'],
        rows: GROUPS.map((group, at) => {
          const list = floors[at] ?? [];
          const of = (pick: (one: ReturnType<typeof floor>) => number): number => median(list.map(pick));
          return [group, thousands(of((f) => f.perS)), ms(of((f) => f.p50Ms)), ms(of((f) => f.p99Ms))];
        }),
      },
      {
        title: 'Against the floor at 1,024 rows a commit',
        columns: ['', 'a second', 'of the floor'],
        rows: [
          ['the outbox alone, without MQTT', thousands(alonePerS), percent(alonePerS)],
          ['Gatehouse, 100 clients', thousands(many.perS), percent(many.perS)],
          ['mosquitto, 100 clients', thousands(manyOther.perS), percent(manyOther.perS)],
        ],
      },
    ],
    bars: [
      {
        text: `100 clients: ${thousands(many.perS)}/s, mosquitto ${thousands(manyOther.perS)}/s (at least as fast)`,
        met: many.perS >= manyOther.perS,
      },
      {
        text: `100 clients: ${percent(many.perS)} of the floor at 1,024 rows a commit (at least 40 %)`,
        met: many.perS >= 0.4 * floorPerS,
      },
      {
        text: `a lone client: p99 ${ms(lone.p99Ms)} ms, ${times(lone.p99Ms / commitP99)} one bare commit's p99 of ${ms(commitP99)} ms (at most 3x)`,
        met: lone.p99Ms <= 3 * commitP99,
      },
      { text: `messages not acknowledged: ${open}`, met: open === 0 },
    ],
    figures: { runs, floors, alone },
  };
}
