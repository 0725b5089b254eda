import mqtt from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { createMemorySessions } from '../../fakes/memory-sessions.ts';
import { type Bench, startBench } from './harness.ts';

let bench: Bench;
afterEach(() => bench.close());

async function within(ms: number, test: () => boolean): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 5)))
    if (test()) return true;
  return false;
}

it('takes and gives every QoS 2 message exactly once, though the lines of both clients are cut all the time', async () => {
  let seed = 11;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  bench = await startBench(
    {},
    {
      sessions: createMemorySessions(),
      answer: () => (random() < 0.5 ? undefined : new Promise((resolve) => setTimeout(resolve, random() * 10))),
    },
  );
  const connect = (clientId: string): mqtt.MqttClient => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${bench.port}`, { clientId, clean: false, reconnectPeriod: 5 });
    client.on('error', () => {});
    return client;
  };
  const taker = connect('taker');
  const giver = connect('giver');
  try {
    const got: string[] = [];
    taker.on('message', (_topic, payload) => got.push(payload.toString()));
    await taker.subscribeAsync('jobs', { qos: 2 });
    const count = 150;
    let settled = 0;
    /** mqtt.js gives up on some whose line is cut, and says so; those may or may not have arrived. */
    const released: string[] = [];
    for (let i = 0; i < count; i += 1) {
      giver.publish('jobs', `${i}`, { qos: 2 }, (error) => {
        settled += 1;
        if (!error) released.push(`${i}`);
      });
      if (random() < 0.15) giver.stream.destroy();
      if (random() < 0.15) taker.stream.destroy();
      await new Promise((resolve) => setTimeout(resolve, random() * 8));
    }
    const quiet = (): boolean => settled === count && bench.broker.sessions().every(({ queued }) => queued === 0);
    expect(await within(8000, quiet)).toBe(true);
    const drafts = bench.drafts.map(({ payload }) => Buffer.from(payload).toString());
    expect(released.length).toBeGreaterThan(count / 2);
    expect(released.filter((text) => !drafts.includes(text) || !got.includes(text))).toEqual([]);
    expect(new Set(drafts).size).toBe(drafts.length);
    expect(got.toSorted()).toEqual(drafts.toSorted());
  } finally {
    taker.end(true);
    giver.end(true);
  }
});
