import { bundledHost } from './functions/bundle.ts';
import { ask, PAYLOAD, type StartFigures, type WarmFigures } from './functions/jobs.ts';
import { startNodeRedFunctions } from './functions/node-red.ts';
import { median } from './load.ts';
import { createMachine, type Machine } from './machine.ts';
import { type Bar, type Case, type Findings, ms, type Table, thousands, times } from './report.ts';

const COUNTS = [1, 4, 16];
const WINDOW = 1000;
const GATEHOUSE = 'Gatehouse';
const NODE_RED = 'Node-RED, function node';
const FLOOR = 'floor: packed 64, two in flight, same JSON work';
const RAW = 'the same without the JSON work';
const STARTS = ['bare', 'thread', 'process'] as const;
const START_NAMES = { bare: 'bare worker', thread: 'function in a thread', process: 'function in a process' };

/** By row, then by number of functions. */
type Warm = Map<string, Map<number, WarmFigures[]>>;

async function measureWarm(
  machine: Machine,
  host: string,
  rounds: number,
  span: { warmMs: number; measureMs: number },
): Promise<Warm> {
  const own = machine.start(process.execPath, [host]);
  const red = startNodeRedFunctions(machine, COUNTS);
  const results: Warm = new Map();
  const keep = (row: string, count: number, cell: WarmFigures): void => {
    const of = results.get(row) ?? new Map<number, WarmFigures[]>();
    results.set(row, of);
    of.set(count, [...(of.get(count) ?? []), cell]);
  };
  // Once for the compilers.
  await ask(red, { kind: 'warm', functions: 1, payload: PAYLOAD, window: WINDOW, warmMs: 0, measureMs: span.warmMs });
  for (let round = 0; round < rounds; round += 1) {
    for (const count of COUNTS) {
      const warm = { kind: 'warm', functions: count, payload: PAYLOAD, window: WINDOW, ...span } as const;
      keep(GATEHOUSE, count, await ask(own, warm));
      keep(NODE_RED, count, await ask(red, warm));
      keep(FLOOR, count, await ask(own, { kind: 'floor', workers: count, json: true, ...span }));
      keep(RAW, count, await ask(own, { kind: 'floor', workers: count, json: false, ...span }));
    }
  }
  await Promise.all([own.end(), red.end()]);
  return results;
}

/** Each kind in a process of its own, so that none finds what another has loaded. */
async function measureStarts(
  machine: Machine,
  host: string,
  rounds: number,
  count: number,
): Promise<Map<string, StartFigures[]>> {
  const results = new Map<string, StartFigures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const what of STARTS) {
      const running = machine.start(process.execPath, [host]);
      const figures = await ask<StartFigures>(running, { kind: 'start', what, count });
      results.set(what, [...(results.get(what) ?? []), figures]);
      await running.end();
    }
  }
  return results;
}

const perS = (warm: Warm, row: string, count: number): number =>
  median((warm.get(row)?.get(count) ?? []).map((cell) => cell.perS));

function warmTable(warm: Warm): Table {
  const cellText = (row: string, count: number): string => {
    const cpuUs = median((warm.get(row)?.get(count) ?? []).map((cell) => cell.cpuUs));
    return `${thousands(perS(warm, row, count))} (${cpuUs.toFixed(1)} us)`;
  };
  return {
    title: 'Warm: router -> function -> router, 200-byte JSON in and out, messages a second (CPU a message)',
    columns: ['', ...COUNTS.map((count) => `${count} function${count > 1 ? 's' : ''}`)],
    rows: [...warm.keys()].map((row) => [row, ...COUNTS.map((count) => cellText(row, count))]),
  };
}
const coldMs = (figures: readonly StartFigures[]): number => median(figures.flatMap((one) => one.ms));
const mbEach = (figures: readonly StartFigures[]): number => median(figures.map((one) => one.mbEach));

function startTable(starts: Map<string, StartFigures[]>): Table {
  return {
    title:
      'Cold start to ready, and memory that each idle one adds (bundled, as installed; of a process with its share of shared pages)',
    columns: ['', 'median ms', 'MB each'],
    rows: STARTS.map((what) => [
      START_NAMES[what],
      ms(coldMs(starts.get(what) ?? [])),
      mbEach(starts.get(what) ?? []).toFixed(1),
    ]),
  };
}

function barsOf(warm: Warm, starts: Map<string, StartFigures[]>): Bar[] {
  const bars = COUNTS.flatMap((count): Bar[] => {
    const own = perS(warm, GATEHOUSE, count);
    const [red, floor] = [perS(warm, NODE_RED, count), perS(warm, FLOOR, count)];
    if (red <= 0 || floor <= 0) throw new Error(`nothing to compare with at ${count} functions`);
    const raw = own / Math.max(1, perS(warm, RAW, count));
    const share = `${((own / floor) * 100).toFixed(0)} % of the floor with the same JSON work`;
    return [
      { text: `${count}: ${times(own / red)} the throughput of Node-RED's function node (at least 5x)`, met: own / red >= 5 },
      { text: `${count}: ${share} (at least 40 %); ${(raw * 100).toFixed(0)} % of the one without`, met: own / floor >= 0.4 },
    ];
  });
  const [bare = [], thread = []] = [starts.get('bare'), starts.get('thread')];
  const cold = coldMs(thread) / coldMs(bare);
  bars.push({
    text: `cold start ${ms(coldMs(thread))} ms: ${cold.toFixed(2)}x a bare worker's (at most 1.5x)`,
    met: cold <= 1.5,
  });
  const more = mbEach(thread) - mbEach(bare);
  bars.push({ text: `memory of an idle function ${more.toFixed(1)} MB above a bare worker's (at most 3 MB)`, met: more <= 3 });
  const lost = [...(warm.get(GATEHOUSE)?.values() ?? [])].flat().reduce((sum, cell) => sum + cell.lost, 0);
  bars.push({ text: `messages lost: ${lost}`, met: lost === 0 });
  return bars;
}

/** What a function costs: throughput through the router, cold start, memory. */
async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const rounds = quick ? 1 : 5;
  try {
    const host = await bundledHost();
    const starts = await measureStarts(machine, host, quick ? 1 : 3, 8);
    note('cold start and memory');
    const warm = await measureWarm(
      machine,
      host,
      rounds,
      quick ? { warmMs: 300, measureMs: 500 } : { warmMs: 500, measureMs: 1500 },
    );
    note(`${rounds} round(s) warm`);
    const figures = {
      warm: Object.fromEntries([...warm].map(([row, cells]) => [row, Object.fromEntries(cells)])),
      starts: Object.fromEntries(starts),
    };
    return { tables: [warmTable(warm), startTable(starts)], bars: barsOf(warm, starts), figures };
  } finally {
    await machine.clear();
  }
}

export const functions: Case = { name: 'functions', run };
