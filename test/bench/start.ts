import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './load.ts';
import { createMachine, type Machine } from './machine.ts';
import { openLine, publishTemplate } from './mqtt-lite.ts';
import { bundled, httpStatus, launchGateway, launchNodeRed, startMosquitto, until } from './peers.ts';
import { type Case, type Findings, thousands } from './report.ts';

const POLL_MS = 5;

/** From the start of the process until /healthz says 200, which it does once readings flow. */
async function gatewayStart(machine: Machine, cli: string, data: string): Promise<number> {
  const began = performance.now();
  const { port, running } = await launchGateway(machine, { cli, data, document: null });
  await until('the gateway', running, POLL_MS, async () => (await httpStatus(port, '/healthz')) === 200);
  const took = performance.now() - began;
  await running.end();
  return took;
}

/** Until a message that is published every 5 ms comes out of its flow for the first time; the broker runs already. */
async function nodeRedStart(machine: Machine, brokerPort: number): Promise<number> {
  let heard = false;
  const listener = await openLine(
    { port: brokerPort, id: 'start-listen', subscribe: { filter: 'bench/out', qos: 0 } },
    () => (heard = true),
    () => {},
  );
  const sender = await openLine(
    { port: brokerPort, id: 'start-send' },
    () => {},
    () => {},
  );
  const { bytes } = publishTemplate('bench/in', 0, 200);
  const began = performance.now();
  const running = await launchNodeRed(machine, brokerPort, {});
  await until('Node-RED', running, POLL_MS, async () => {
    if (!heard) sender.write(bytes);
    return heard;
  });
  const took = performance.now() - began;
  listener.close();
  sender.close();
  await running.end();
  return took;
}

async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const rounds = quick ? 2 : 5;
  const figures: Record<'fresh' | 'warm' | 'nodeRed', number[]> = { fresh: [], warm: [], nodeRed: [] };
  try {
    const cli = bundled();
    const broker = await startMosquitto(machine);
    // Once for the file cache, which both then have.
    const kept = machine.folder();
    await gatewayStart(machine, cli, kept);
    await nodeRedStart(machine, broker.port);
    for (let round = 0; round < rounds; round += 1) {
      figures.fresh.push(await gatewayStart(machine, cli, machine.folder()));
      figures.nodeRed.push(await nodeRedStart(machine, broker.port));
      figures.warm.push(await gatewayStart(machine, cli, kept));
      await sleep(100);
    }
    note(`${rounds} rounds`);
  } finally {
    await machine.clear();
  }
  const { fresh, warm, nodeRed } = figures;
  const row = (name: string, values: readonly number[]) => [
    name,
    thousands(median(values)),
    thousands(Math.min(...values)),
    thousands(Math.max(...values)),
  ];
  const own = Math.max(median(fresh), median(warm));
  return {
    tables: [
      {
        title: 'Start of the process to the first reading (Node-RED: first message out of its flow)',
        columns: ['', 'median ms', 'least', 'most'],
        rows: [row('Gatehouse, new data folder', fresh), row('Gatehouse, started before', warm), row('Node-RED', nodeRed)],
      },
    ],
    bars: [
      {
        text: `first reading ${thousands(own)} ms, Node-RED ${thousands(median(nodeRed))} ms (earlier)`,
        met: own < median(nodeRed),
      },
      { text: `first reading ${thousands(own)} ms (under 800 ms)`, met: own < 800 },
    ],
    figures,
  };
}

export const start: Case = { name: 'start', run };
