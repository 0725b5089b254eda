import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMs, type Machine, memoryOf } from '../machine.ts';
import { isPublish, openLine } from '../mqtt-lite.ts';
import { bundled, startGateway } from '../peers.ts';
import { type Findings, ms, thousands } from '../report.ts';

const LINES = 64;
const POINTS = 16;
/** Lines a second of each device: 1,024 points a second in all, ten times that, and 1,000 points a second on each line. */
const LOADS = [
  { perS: 1, seconds: 60, quickSeconds: 10 },
  { perS: 10, seconds: 20, quickSeconds: 6 },
  { perS: 62.5, seconds: 20, quickSeconds: 6 },
] as const;
const SETTLE_MS = 3000;

function documentOf(folder: string): string {
  const points = Array.from({ length: POINTS }, (_, i) => `{ name: p${i}, from: ${i} }`).join(', ');
  const devices = Array.from({ length: LINES }, (_, n) =>
    [
      `  - id: line-${n}`,
      `    name: Line ${n}`,
      '    adapter: line',
      `    link: { kind: serial, path: ${join(folder, `a${n}`)}, baudRate: 115200 }`,
      '    separator: ","',
      '    publish: record',
      `    points: [${points}]`,
    ].join('\n'),
  );
  const queue = '{ size: 5000, whenFull: block-source }';
  const way = `  - { id: out, source: 'device:*', subject: devices/#, target: local, queue: ${queue} }`;
  return `schema: gatehouse/1\nname: bench\ndevices:\n${devices.join('\n')}\nsubscriptions:\n${way}\n`;
}

/** What came out of the gateway: for each device how many lines, and the highest number. */
interface Heard {
  readonly lines: number[];
  readonly highest: number[];
  /** Lines that came out of order or twice. */
  disorder: number;
}

function take(heard: Heard, payload: string): void {
  const n = Number(/"p0":(\d+)/.exec(payload)?.[1] ?? -1);
  const seq = Number(/"p1":(\d+)/.exec(payload)?.[1] ?? -1);
  if (n < 0 || seq < 0) return;
  heard.lines[n] = (heard.lines[n] ?? 0) + 1;
  if (seq <= (heard.highest[n] ?? 0)) heard.disorder += 1;
  heard.highest[n] = Math.max(heard.highest[n] ?? 0, seq);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** 64 serial lines at once into the running gateway, and out of it by MQTT: nothing may be lost. */
export async function linesPart(
  machine: Machine,
  quick: boolean,
  note: (text: string) => void,
  cli: string = bundled(),
): Promise<Findings> {
  const folder = mkdtempSync(join(machine.folder(), 'lines-'));
  const script = fileURLToPath(new URL('./line-writer.ts', import.meta.url));
  const writer = machine.start(process.execPath, [script, folder, String(LINES), String(POINTS)]);
  if (!writer.child.stdout) throw new Error('the writer has no output');
  const answers = nextLines(createInterface({ input: writer.child.stdout }));
  if ((await answers()) !== 'ready') throw new Error(`the writer does not get ready: ${writer.said()}`);
  const setRate = async (perS: number): Promise<number[]> => {
    writer.child.stdin?.write(`${perS}\n`);
    return JSON.parse((await answers()) ?? '[]') as number[];
  };
  await setRate(1); // the gateway says that it is well when readings flow
  const gateway = await startGateway(machine, { cli, data: machine.folder(), document: documentOf(folder) });
  const pid = gateway.processes[0]?.pid ?? 0;
  const heard: Heard = { lines: [], highest: [], disorder: 0 };
  const listener = await openLine(
    { port: gateway.port, id: 'bench', subscribe: { filter: 'devices/#', qos: 0 } },
    (bytes, packet) => {
      if (isPublish(packet)) take(heard, bytes.toString('latin1', packet.start, packet.end));
    },
    () => {},
  );
  await sleep(SETTLE_MS); // every line is open
  await setRate(0);
  await sleep(1000);
  const rows: (string | number)[][] = [];
  const figures: unknown[] = [];
  let lost = 0;
  let silent = 0;
  for (const load of LOADS) {
    const before = {
      cpu: cpuMs(pid),
      writer: cpuMs(writer.pid),
      resident: memoryOf(pid).residentMb,
      lines: sum(heard.lines),
      at: performance.now(),
    };
    const written = await setRate(load.perS);
    await sleep((quick ? load.quickSeconds : load.seconds) * 1000);
    const took = (performance.now() - before.at) / 1000;
    const end = await setRate(0);
    const cpu = (cpuMs(pid) - before.cpu) / 1000 / took;
    await sleep(1000); // what is under way
    const resident = memoryOf(pid).residentMb;
    const sent = sum(end) - sum(written);
    const came = sum(heard.lines) - before.lines;
    const pointsPerS = (came * POINTS) / took;
    lost += sent - came;
    silent = end.filter((seq, n) => (heard.highest[n] ?? 0) !== seq).length;
    rows.push([
      `${thousands(load.perS * POINTS)} points/s a line`,
      thousands(pointsPerS),
      thousands(sent),
      sent - came,
      `${(cpu * 100).toFixed(0)} %`,
      `${ms((cpu * 1e6) / pointsPerS)} us`,
      thousands(before.resident),
      thousands(resident),
    ]);
    figures.push({ ...load, pointsPerS, sent, came, cpu, residentBefore: before.resident, resident });
    note(`64 lines, ${load.perS} lines a second each`);
  }
  listener.close();
  await gateway.end();
  await writer.end();
  return {
    tables: [
      {
        title: `${LINES} serial lines (socat), ${POINTS} points a line of text, into the gateway and out by MQTT`,
        columns: [
          'each',
          'points/s in all',
          'lines sent',
          'lost',
          'CPU of one core',
          'CPU a point',
          'resident MB before',
          'after',
        ],
        rows,
      },
    ],
    bars: [
      { text: `64 lines: ${lost} lines lost, ${heard.disorder} out of order`, met: lost === 0 && heard.disorder === 0 },
      { text: `64 lines: ${silent} of them silent at the end`, met: silent === 0 && heard.lines.length === LINES },
    ],
    figures,
  };
}

/** One line after the other, as they come. */
function nextLines(source: Interface): () => Promise<string | undefined> {
  const lines = source[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done ? undefined : value;
  };
}
