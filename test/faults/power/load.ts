import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Line, openLine, publishTemplate, writeNumber } from '../../bench/mqtt-lite.ts';

/**
 * Runs inside the machine that will be cut: clients that publish numbered messages (QoS 1) to the gateway and print, for each client,
 * up to which number everything has been acknowledged. What was printed and arrived at the other end of the console counts as
 * acknowledged.   node load.ts <mqtt port> <first number>
 */
const [port = 0, first = 0] = process.argv.slice(2).map(Number);
const CLIENTS = 4;
const WINDOW = 64;
const PRINT_MS = 25;

async function reachable(): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
}

/** The gateway acknowledges a client's publishes in order, so the number of PUBACKs says how far it is. */
async function client(index: number): Promise<void> {
  const id = `power-${index}`;
  let sent = 0;
  let acknowledged = 0;
  let printed = 0;
  const { bytes, idAt, numberAt } = publishTemplate(`power/${index}`, 1, 200);
  const fill = (line: Line): void => {
    const batch: Buffer[] = [];
    for (; sent - acknowledged < WINDOW; sent += 1) {
      bytes.writeUInt16BE((sent % 65_535) + 1, idAt);
      writeNumber(bytes, numberAt, first + sent);
      batch.push(Buffer.from(bytes));
    }
    if (batch.length > 0) line.write(Buffer.concat(batch));
  };
  let line: Line | null = null;
  line = await openLine(
    { port, id },
    () => {
      acknowledged += 1;
    },
    () => {
      if (line) fill(line);
    },
  );
  setInterval(() => {
    if (printed === acknowledged) return;
    printed = acknowledged;
    console.log(`ACK ${index} ${first + acknowledged - 1}`);
  }, PRINT_MS);
  fill(line);
}

await reachable();
console.log('LOAD');
await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
