import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import ModbusRTU from 'modbus-serial';
import { createSerialPair, type SerialPair } from '../../fakes/socat.ts';
import type { Machine, Running } from '../machine.ts';
import { type Findings, ms } from '../report.ts';
import { createModbusHost } from './modbus-host.ts';

const BAUD = 19_200;
const REGISTERS = 20;
const TIMEOUT_MS = 300;
const SLOW_MS = 200;
const GOOD = Array.from({ length: 25 }, (_, i) => i + 1);
const DEAD = [26, 27, 28, 29];
const SLOW = [30, 31];
const GARBAGE = [32];
const ALL = [...GOOD, ...DEAD, ...SLOW, ...GARBAGE];
const PARK_MS = 90_000;
const BAR = 0.9;

const behaviours = Object.fromEntries([
  ...GOOD.map((unit) => [unit, { kind: 'good', turnaroundMs: 5 }]),
  ...DEAD.map((unit) => [unit, { kind: 'dead', turnaroundMs: 0 }]),
  ...SLOW.map((unit) => [unit, { kind: 'good', turnaroundMs: SLOW_MS }]),
  ...GARBAGE.map((unit) => [unit, { kind: 'garbage', turnaroundMs: 5 }]),
]);

/** Rounds a second of each unit, and how long it took until the bad ones were parked. */
interface Rates {
  readonly byUnit: ReadonlyMap<number, number>;
  readonly settledMs: number;
  /** Rounds a second of all good ones until then. */
  readonly meanwhile: number;
  readonly wrong: number;
}

interface Setting {
  readonly path: string;
  readonly pollMs: number;
  readonly measureMs: number;
}

async function gatehouse({ path, pollMs, measureMs }: Setting, units: readonly number[], breaker: boolean): Promise<Rates> {
  const host = createModbusHost();
  const counts = new Map<number, number>(units.map((unit) => [unit, 0]));
  let wrong = 0;
  const points = Array.from({ length: REGISTERS }, (_, i) => ({ name: `p${i}`, table: 'holding', address: i }));
  const began = performance.now();
  await Promise.all(
    units.map((unit) =>
      host.open(
        {
          id: `unit-${unit}`,
          name: `Unit ${unit}`,
          adapter: 'modbus-rtu',
          link: { kind: 'serial', path, baudRate: BAUD, parity: 'even' },
          unit,
          pollMs,
          timeoutMs: TIMEOUT_MS,
          breaker: { enabled: breaker },
          points,
        },
        ({ readings, unheard }) => {
          if (unheard) return;
          counts.set(unit, (counts.get(unit) ?? 0) + 1);
          wrong += readings.filter(({ value }, i) => value !== unit * 100 + i).length;
        },
      ),
    ),
  );
  const bad = units.filter((unit) => DEAD.includes(unit) || GARBAGE.includes(unit));
  const parked = (): number => host.buses.book.units(undefined).filter(({ state }) => state === 'parked').length;
  while (breaker && parked() < bad.length && performance.now() - began < PARK_MS) await sleep(100);
  const settledMs = performance.now() - began;
  const meanwhile = (GOOD.reduce((sum, unit) => sum + (counts.get(unit) ?? 0), 0) * 1000) / settledMs;
  if (!breaker || bad.length === 0) await sleep(Math.min(5000, measureMs));
  const before = new Map(counts);
  const from = performance.now();
  await sleep(measureMs);
  const seconds = (performance.now() - from) / 1000;
  const byUnit = new Map(units.map((unit) => [unit, ((counts.get(unit) ?? 0) - (before.get(unit) ?? 0)) / seconds]));
  await host.close();
  return { byUnit, settledMs, meanwhile, wrong };
}

/** The widespread npm master in a plain loop, as one writes it: unit after unit, each round at the interval. */
async function plainLoop({ path, pollMs, measureMs }: Setting, units: readonly number[]): Promise<Rates> {
  const client = new ModbusRTU();
  await client.connectRTU(path, { baudRate: BAUD, parity: 'even' });
  client.setTimeout(TIMEOUT_MS);
  const counts = new Map<number, number>();
  let wrong = 0;
  const from = performance.now();
  const end = from + measureMs;
  while (performance.now() < end) {
    const next = performance.now() + pollMs;
    for (const unit of units) {
      client.setID(unit);
      const got = await client.readHoldingRegisters(0, REGISTERS).catch(() => undefined);
      if (!got) continue;
      counts.set(unit, (counts.get(unit) ?? 0) + 1);
      wrong += got.data.filter((value: number, i: number) => value !== unit * 100 + i).length;
    }
    await sleep(Math.max(0, next - performance.now()));
  }
  const seconds = (performance.now() - from) / 1000;
  await new Promise<void>((resolve) => client.close(() => resolve()));
  return { byUnit: new Map(units.map((unit) => [unit, (counts.get(unit) ?? 0) / seconds])), settledMs: 0, meanwhile: 0, wrong };
}

async function startSlaves(machine: Machine, pair: SerialPair): Promise<Running> {
  const script = fileURLToPath(new URL('./bus-slaves.ts', import.meta.url));
  const running = machine.start(process.execPath, [script, pair.b, String(BAUD), JSON.stringify(behaviours)]);
  for (let i = 0; !running.said().includes('ready'); i += 1) {
    if (i > 200) throw new Error(`the slaves did not start: ${running.said()}`);
    await sleep(50);
  }
  return running;
}

const goodRate = ({ byUnit }: Rates): number => GOOD.reduce((sum, unit) => sum + (byUnit.get(unit) ?? 0), 0);
const rateOf = ({ byUnit }: Rates, units: readonly number[]): string =>
  (units.reduce((sum, unit) => sum + (byUnit.get(unit) ?? 0), 0) / units.length).toFixed(2);

const meanOf = (a: Rates, b: Rates): Rates => ({
  ...a,
  byUnit: new Map([...a.byUnit].map(([unit, rate]) => [unit, (rate + (b.byUnit.get(unit) ?? 0)) / 2])),
  wrong: a.wrong + b.wrong,
});

/** Gives the worst unit's share of what it has on a bus without bad units. */
const worstShare = (rates: Rates, alone: Rates): number =>
  Math.min(...GOOD.map((unit) => (rates.byUnit.get(unit) ?? 0) / Math.max(0.001, alone.byUnit.get(unit) ?? 0)));

/** One line with 32 units, 25 of them good: what the bad ones take from them, with and without the breaker. */
export async function busOf32Part(machine: Machine, quick: boolean, note: (text: string) => void): Promise<Findings> {
  const pair = await createSerialPair();
  const findings: { tables: Findings['tables'][number][]; bars: Findings['bars'][number][]; figures: unknown[] } = {
    tables: [],
    bars: [],
    figures: [],
  };
  try {
    const slaves = await startSlaves(machine, pair);
    for (const [pollMs, what] of [
      [1000, 'each asked once a second (25 of them fill the line to 95 %)'],
      [100, 'asked as fast as the line can'],
    ] as const) {
      const setting: Setting = { path: pair.a, pollMs, measureMs: quick ? 6000 : 30_000 };
      const before = await gatehouse(setting, GOOD, true);
      note(`bus of 32, ${pollMs} ms: the good ones alone`);
      const withBreaker = await gatehouse(setting, ALL, true);
      note(`bus of 32, ${pollMs} ms: with the breaker`);
      // Measured again behind it: what else the machine does must not count for or against the bad units.
      const alone = meanOf(before, await gatehouse(setting, GOOD, true));
      const rows: [string, Rates][] = [
        ['25 good units alone (mean of before and after)', alone],
        ['all 32, breaker on', withBreaker],
        ['all 32, breaker off', await gatehouse(setting, ALL, false)],
        ['all 32, modbus-serial in a loop', await plainLoop(setting, ALL)],
      ];
      note(`bus of 32, ${pollMs} ms: without`);
      findings.tables.push({
        title: `Modbus RTU, ${BAUD} baud, 32 units, 4 dead, 2 slow (${SLOW_MS} ms), 1 garbage; ${what}`,
        columns: [
          '',
          'good: rounds/s each',
          'share of alone',
          'worst good unit',
          'slow: rounds/s each',
          'all bad ones parked after',
          'wrong values',
        ],
        rows: rows.map(([name, rates]) => [
          name,
          rateOf(rates, GOOD),
          `${((goodRate(rates) / goodRate(alone)) * 100).toFixed(1)} %`,
          `${(worstShare(rates, alone) * 100).toFixed(0)} %`,
          rates === alone ? '-' : rateOf(rates, SLOW),
          rates === withBreaker
            ? `${ms(rates.settledMs / 1000)} s, at ${((rates.meanwhile / goodRate(alone)) * 100).toFixed(0)} % until then`
            : '-',
          rates.wrong,
        ]),
      });
      const share = goodRate(withBreaker) / goodRate(alone);
      findings.bars.push({
        text: `bus of 32, polled every ${pollMs} ms: the 25 good ones keep ${(share * 100).toFixed(1)} % of their rate (at least 90 %)`,
        met: share >= BAR,
      });
      findings.bars.push({
        text: `bus of 32, polled every ${pollMs} ms: wrong values ${rows.slice(0, 3).reduce((sum, [, { wrong }]) => sum + wrong, 0)}`,
        met: rows.slice(0, 3).every(([, { wrong }]) => wrong === 0),
      });
      findings.figures.push({
        pollMs,
        rows: rows.map(([name, { byUnit, settledMs }]) => ({ name, settledMs, byUnit: [...byUnit] })),
      });
    }
    await slaves.end();
  } finally {
    await pair.dispose();
  }
  return findings;
}
