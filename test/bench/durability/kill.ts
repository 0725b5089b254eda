import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Machine } from '../machine.ts';
import { openLine } from '../mqtt-lite.ts';
import { type Findings, thousands } from '../report.ts';
import { count, publish } from './clients.ts';
import { freePort, gateway, mosquitto } from './peers.ts';

const MESSAGES = 100_000;
const KEEPER = 'keeper';

/** 100,000 acknowledged messages wait; then SIGKILL. What is there after the restart? */
export async function killPart(machine: Machine): Promise<Findings> {
  const job = { clients: 10, window: 100, payloadBytes: 200, total: MESSAGES, warmMs: 0, measureMs: 0 };
  const data = machine.folder();
  const own = await gateway(machine, data, null);
  await publish([own.running.pid], { ...job, port: own.port });
  own.running.child.kill('SIGKILL');
  await own.running.end();
  // started anew, so that it is the gateway's own start that recovers, then read by SQLite itself
  const again = await gateway(machine, data, null);
  await again.running.end();
  const db = new Database(join(data, 'store/spool.db'), { readonly: true });
  const kept = Number(db.prepare('SELECT count(*) FROM entries').pluck().get());
  db.close();

  const start = { port: await freePort(), folder: machine.folder(), persistence: true };
  const other = await mosquitto(machine, start);
  const keeper = await openLine(
    { port: other.port, id: KEEPER, keepSession: true, subscribe: { filter: 'in/#', qos: 1 } },
    () => {},
    () => {},
  ).catch(() => null);
  keeper?.close();
  await publish([other.running.pid], { ...job, port: other.port });
  other.running.child.kill('SIGKILL');
  await other.running.end();
  await mosquitto(machine, start);
  const counter = count({ port: start.port, id: KEEPER, expected: MESSAGES, keepSession: true, patienceMs: 3000 });
  const { count: keptOther } = await counter.done;
  const lost = Math.max(0, MESSAGES - kept);
  return {
    tables: [
      {
        title: `SIGKILL with ${thousands(MESSAGES)} acknowledged messages waiting`,
        columns: ['', 'there after the restart', 'lost'],
        rows: [
          ['Gatehouse', thousands(kept), thousands(lost)],
          ['mosquitto, persistence on, saved every second', thousands(keptOther), thousands(Math.max(0, MESSAGES - keptOther))],
        ],
      },
    ],
    bars: [{ text: `acknowledged messages lost by SIGKILL: ${lost}`, met: lost === 0 }],
    figures: { kept, keptOther },
  };
}
