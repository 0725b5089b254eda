import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMs, type Machine, memoryOf } from '../machine.ts';
import { bundled, httpStatus, launchGateway, until } from '../peers.ts';
import { type Findings, ms, thousands } from '../report.ts';

const SLAVES = 50;
const POINTS = 200;
const POLL_MS = 1000;
const WANTED = SLAVES * POINTS * (1000 / POLL_MS);

/** 50 devices of 200 registers each, two requests a second each, every reading a message of the router. */
function documentOf(ports: readonly number[]): string {
  const points = Array.from({ length: POINTS }, (_, i) => ({ name: `r${i}`, table: 'holding', address: i }));
  const devices = ports.map((port, i) => ({
    id: `slave-${i}`,
    name: `Slave ${i}`,
    adapter: 'modbus-tcp',
    link: { kind: 'tcp', host: '127.0.0.1', port },
    pollMs: POLL_MS,
    points,
  }));
  return JSON.stringify({ schema: 'gatehouse/1', name: 'fifty-slaves', devices });
}

interface Sample {
  readonly at: number;
  readonly readings: number;
  readonly faults: number;
  readonly up: number;
  readonly lagMs: number;
}

async function sample(port: number): Promise<Sample> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  return {
    at: performance.now(),
    readings: sum('gatehouse_device_readings_total'),
    faults: sum('gatehouse_device_faults_total'),
    up: sum('gatehouse_device_up'),
    lagMs: sum('gatehouse_event_loop_lag_p99_seconds') * 1000,
  };
}

/** A whole gateway that reads 10,000 Modbus TCP values a second from 50 slaves, of two implementations that are not ours. */
export async function modbusValuesPart(machine: Machine, quick: boolean, note: (text: string) => void): Promise<Findings> {
  const script = fileURLToPath(new URL('./tcp-slaves.ts', import.meta.url));
  const slaves = machine.start(process.execPath, [script, String(SLAVES)]);
  for (let i = 0; !slaves.said().includes('ready'); i += 1) {
    if (i > 200) throw new Error(`the slaves did not start: ${slaves.said()}`);
    await sleep(50);
  }
  const ports = slaves.said().trim().split(' ').slice(1).map(Number);
  const { port, running } = await launchGateway(machine, { cli: bundled(), data: machine.folder(), document: documentOf(ports) });
  await until('the gateway', running, 50, async () => (await httpStatus(port, '/healthz')) === 200);
  await until('all slaves', running, 200, async () => (await sample(port)).up === SLAVES);
  await sleep(quick ? 2000 : 5000);
  const before = await sample(port);
  const cpuBefore = cpuMs(running.pid);
  await sleep(quick ? 10_000 : 60_000);
  const cpu = cpuMs(running.pid) - cpuBefore;
  const after = await sample(port);
  const memory = memoryOf(running.pid);
  note('10,000 Modbus TCP values a second');
  await Promise.all([running.end(), slaves.end()]);
  const spanMs = after.at - before.at;
  const perS = ((after.readings - before.readings) * 1000) / spanMs;
  const core = cpu / spanMs;
  const faults = after.faults - before.faults;
  return {
    tables: [
      {
        title: `Modbus TCP: ${SLAVES} slaves (half modbus-serial, half jsmodbus), ${POINTS} registers each every ${POLL_MS} ms, a whole gateway`,
        columns: ['values/s', 'CPU of one core', 'CPU a value', 'resident MB', 'event loop lag p99', 'faults'],
        rows: [
          [
            thousands(perS),
            `${(core * 100).toFixed(0)} %`,
            `${((cpu * 1000) / Math.max(1, after.readings - before.readings)).toFixed(1)} us`,
            thousands(memory.residentMb),
            `${ms(after.lagMs)} ms`,
            faults,
          ],
        ],
      },
    ],
    bars: [
      {
        text: `${thousands(perS)} Modbus TCP values a second from ${SLAVES} slaves (at least 99 % of ${thousands(WANTED)})`,
        met: perS >= WANTED * 0.99,
      },
      { text: `faults meanwhile: ${faults}`, met: faults === 0 },
    ],
    figures: { perS, core, memory, faults, lagMs: after.lagMs },
  };
}
