import { afterEach, expect, it } from 'vitest';
import { type Bench, startBench, until, wire } from './harness.ts';

let bench: Bench;
afterEach(() => bench.close());

/** Resolves when a figure that grows has stood still for 20 looks. */
async function standsStill(figure: () => number): Promise<void> {
  let last = -1;
  let looks = 0;
  await until(() => {
    looks = figure() === last ? looks + 1 : 0;
    last = figure();
    return looks >= 20;
  }, 'the figure to stand still');
}

it('slows 100 clients down to the router: none is cut off, few messages wait, all are acknowledged', {
  timeout: 60_000,
}, async () => {
  let waiting = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  bench = await startBench(
    { maxClients: 100 },
    {
      async answer() {
        waiting += 1;
        most = Math.max(most, waiting);
        await gate.promise;
        waiting -= 1;
      },
    },
  );
  const each = 3000;
  const payload = Buffer.alloc(200);
  const sockets = await Promise.all(Array.from({ length: 100 }, () => bench.raw()));
  const acknowledged = new Array<number>(sockets.length).fill(0);
  for (const [at, socket] of sockets.entries()) {
    socket.on('data', (chunk: Buffer) => {
      acknowledged[at] = (acknowledged[at] ?? 0) + chunk.length;
    });
    socket.write(wire.connect(`c${at}`));
  }
  await until(() => acknowledged.every((bytes) => bytes >= 4), 'every CONNACK');
  for (const socket of sockets) for (let i = 1; i <= each; i += 1) socket.write(wire.publish('t', payload, i));
  await until(() => waiting >= 100 * 200, 'the windows to fill');
  await standsStill(() => most);
  // What all clients together may have on the way, and what a read of a socket brings on top of it.
  expect(most).toBeLessThan(60_000);
  expect(bench.broker.status().clients.length).toBe(100);
  gate.resolve();
  const all = sockets.length * (4 + 4 * each);
  const sum = (): number => acknowledged.reduce((total, bytes) => total + bytes, 0);
  // As long as it goes on: how fast that is, is the machine's affair.
  for (let before = -1; sum() > before && sum() < all; ) {
    before = sum();
    await until(() => sum() > before, 'more acknowledgements').catch(() => undefined);
  }
  expect(acknowledged).toEqual(sockets.map(() => 4 + 4 * each));
  expect(bench.broker.status().lastFault).toBeNull();
});

it('does not cut a client off whose keep-alive time ends while it waits', async () => {
  const gate = Promise.withResolvers<void>();
  bench = await startBench({}, { answer: () => gate.promise });
  const client = await bench.client('a', { keepalive: 1 });
  const sent = client.publishAsync('t', 'x', { qos: 1 });
  // A client is given up after one and a half times its keep-alive time (MQTT 3.1.1 section 3.1.2.10).
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(client.connected).toBe(true);
  gate.resolve();
  await sent;
});

it('stops reading from a client whose window is full, also where its messages come one by one', async () => {
  const gate = Promise.withResolvers<void>();
  bench = await startBench({}, { answer: () => gate.promise });
  const socket = await bench.raw();
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.write(wire.connect('one'));
  await until(() => bytes >= 4, 'the CONNACK');
  const payload = Buffer.alloc(200);
  const count = 1500;
  for (let i = 1; i <= count; i += 1) {
    socket.write(wire.publish('t', payload, i));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await standsStill(() => bench.drafts.length);
  expect(bench.drafts.length).toBeLessThan(700);
  gate.resolve();
  await until(() => bytes === 4 + 4 * count, 'every acknowledgement');
  expect(bench.drafts.length).toBe(count);
});
