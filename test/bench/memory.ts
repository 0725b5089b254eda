import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from './flow.ts';
import { startLoad } from './load.ts';
import { createMachine, memoryOf } from './machine.ts';
import { bundled, httpStatus, launchGateway, startNodeRed, until } from './peers.ts';
import { type Case, type Findings, thousands } from './report.ts';

async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const load = startLoad();
  const seconds = quick ? 10 : 20;
  try {
    const ready = (port: number): Promise<boolean> => answers(load, port);
    const red = await startNodeRed(machine, { editor: true }, ready);
    const bare = await startNodeRed(machine, {}, ready);
    const { port, running } = await launchGateway(machine, { cli: bundled(), data: machine.folder(), document: null });
    await until('the gateway', running, 20, async () => (await httpStatus(port, '/healthz')) === 200);
    note(`${seconds} s at rest`);
    await sleep(seconds * 1000);
    const own = memoryOf(running.pid);
    const theirs = memoryOf(red.processes[0]?.pid ?? 0);
    const stripped = memoryOf(bare.processes[0]?.pid ?? 0);
    const least = Math.min(theirs.residentMb, stripped.residentMb);
    const row = (name: string, of: typeof own) => [name, thousands(of.residentMb), thousands(of.proportionalMb), of.threads];
    return {
      tables: [
        {
          title: `Memory ${seconds} s after the start, nobody at the console`,
          columns: ['', 'resident MB', 'proportional MB (shared pages by share)', 'threads'],
          rows: [
            row('Gatehouse, console and demo site (6 devices, 3 function threads, local and practice cloud)', own),
            row('Node-RED as it comes (with its editor), one small flow', theirs),
            row('Node-RED without its editor, the same flow', stripped),
          ],
        },
      ],
      bars: [
        {
          text: `resident ${thousands(own.residentMb)} MB, Node-RED's leaner variant ${thousands(least)} MB (no more)`,
          met: own.residentMb <= least,
        },
      ],
      figures: { gatehouse: own, nodeRed: theirs, nodeRedWithoutEditor: stripped },
    };
  } finally {
    load.end();
    await machine.clear();
  }
}

export const memory: Case = { name: 'memory', run };
