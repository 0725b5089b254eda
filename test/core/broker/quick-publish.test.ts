import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createTopicReader, packetEnd, readPlainPublish } from '../../../core/broker/plain-publish.ts';
import { type Bench, closed, packet, startBench, until, wire } from './harness.ts';

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

const DISCONNECT = Buffer.from([0xe0, 0]);
const PING = Buffer.from([0xc0, 0]);
const pubacks = (bytes: Buffer): number[] => {
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = packetEnd(bytes, at) ?? bytes.length;
    if (bytes[at] === 0x40) ids.push(bytes.readUInt16BE(at + 2));
    at = end;
  }
  return ids;
};

type Step = { readonly kind: 'quick' | 'retained' | 'exactly-once' | 'ping' | 'subscribe'; readonly size: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('quick', 'quick', 'quick', 'retained', 'exactly-once', 'ping', 'subscribe'),
  size: fc.integer({ min: 0, max: 400 }),
});

/** One packet, with its place as the payload's beginning. */
function bytesOf({ kind, size }: Step, index: number): Buffer {
  const payload = `${index};${'x'.repeat(size)}`;
  if (kind === 'ping') return PING;
  if (kind === 'subscribe') return wire.subscribe(`other/${index}`, index + 1);
  if (kind === 'exactly-once') return wire.publish2('t/two', payload, index + 1, false);
  const plain = wire.publish(index % 3 === 0 ? 't/zero' : 't/one', payload, index % 4 === 0 ? undefined : index + 1);
  if (kind === 'retained') plain.writeUInt8((plain[0] ?? 0) | 1, 0);
  return plain;
}

describe('a publish on the short way', () => {
  it('comes to the router as any other: in order, once, whatever the packets between and however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (steps, cuts, later) => {
          const own = await startBench({}, later ? { answer: () => new Promise((resolve) => setImmediate(resolve)) } : {});
          try {
            const socket = await own.raw();
            let got = Buffer.alloc(0);
            socket.on('data', (chunk: Buffer) => {
              got = Buffer.concat([got, chunk]);
            });
            socket.write(wire.connect('one'));
            await until(() => got.length >= 4, 'the CONNACK');
            socket.write(PING);
            await until(() => got.length >= 6, 'the answer to a ping: the connection is complete');
            const all = Buffer.concat(steps.map(bytesOf));
            for (let at = 0, turn = 0; at < all.length; turn += 1) {
              const size = cuts[turn % cuts.length] ?? 1;
              socket.write(all.subarray(at, at + size));
              at += size;
              await new Promise((resolve) => setImmediate(resolve));
            }
            socket.write(DISCONNECT);
            await closed(socket);
            const published = steps.flatMap(({ kind }, index) => (kind === 'ping' || kind === 'subscribe' ? [] : [index]));
            expect(own.drafts.map(({ payload }) => Number.parseInt(Buffer.from(payload).toString(), 10))).toEqual(published);
            const wanted = published.filter((index) => steps[index]?.kind !== 'exactly-once' && index % 4 !== 0);
            expect(pubacks(got).sort((a, b) => a - b)).toEqual(wanted.map((index) => index + 1));
            for (const { source } of own.drafts) expect(source).toEqual({ kind: 'client', id: 'one' });
          } finally {
            await own.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is acknowledged before a DISCONNECT that came with it ends the connection, and the will is not sent', async () => {
    const gate = Promise.withResolvers<void>();
    bench = await startBench({}, { answer: () => gate.promise });
    const { drafts } = bench;
    const socket = await bench.raw();
    let got = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
    });
    socket.write(wire.connect('one', { topic: 'gone', payload: 'x' }));
    await until(() => got.length >= 4, 'the CONNACK');
    socket.end(Buffer.concat([wire.publish('t', 'a', 7), DISCONNECT]));
    await until(() => drafts.length === 1, 'the message');
    gate.resolve();
    await closed(socket);
    expect(pubacks(got)).toEqual([7]);
    expect(drafts.map(({ topic }) => topic)).toEqual(['t']);
  });

  it('comes to the subscriptions of other clients, and to its own', async () => {
    bench = await startBench();
    const seen: string[] = [];
    const reader = await bench.client('reader', { onMessage: (payload) => seen.push(payload.toString()) });
    await reader.subscribeAsync('t/#', { qos: 1 });
    const socket = await bench.raw();
    socket.resume();
    socket.write(Buffer.concat([wire.connect('one')]));
    const writer = await bench.client('writer', { onMessage: (payload) => seen.push(`own ${payload}`) });
    await writer.subscribeAsync('t/1', { qos: 0 });
    await Promise.all([1, 2, 3].map((n) => writer.publishAsync('t/1', `${n}`, { qos: 1 })));
    await until(() => seen.length === 6, 'the messages');
    expect(seen.filter((text) => !text.startsWith('own'))).toEqual(['1', '2', '3']);
    expect(seen.filter((text) => text.startsWith('own'))).toEqual(['own 1', 'own 2', 'own 3']);
  });

  it('is not read from a client that does not read its acknowledgements, which is given up in the end', async () => {
    bench = await startBench({ drainTimeoutMs: 300 });
    const { drafts } = bench;
    const socket = await bench.raw();
    socket.pause();
    socket.write(wire.connect('deaf'));
    const many = Buffer.concat(Array.from({ length: 4000 }, (_, at) => wire.publish('t', '', at + 1)));
    let ended = false;
    socket.once('close', () => {
      ended = true;
    });
    let sent = 0;
    const send = (): void => {
      for (let more = true; more && !ended && sent < 4_000_000; sent += 4000) more = socket.write(many);
      if (!ended && sent < 4_000_000) socket.once('drain', send);
    };
    send();
    await until(() => ended, 'the end of the connection');
    expect(drafts.length).toBeLessThan(4_000_000);
  });

  it('is not acknowledged when it is refused, and ends the connection', async () => {
    bench = await startBench({}, { answer: () => Promise.reject(new Error('no room')) });
    const socket = await bench.raw();
    let got = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
    });
    socket.write(Buffer.concat([wire.connect('one')]));
    await until(() => got.length >= 4, 'the CONNACK');
    socket.write(wire.publish('t', 'a', 7));
    await closed(socket);
    expect(pubacks(got)).toEqual([]);
    expect(bench.broker.status().lastFault?.code).toBe('broker/not-accepted');
  });
});

describe('reading a plain publish', () => {
  const topics = createTopicReader();
  const read = (bytes: Buffer) => readPlainPublish(bytes, 0, packetEnd(bytes, 0) ?? 0, topics);
  it.each([
    ['an empty topic', wire.publish('', 'x')],
    ['a wildcard', wire.publish('a/#', 'x')],
    ['a plus', wire.publish('a/+/b', 'x')],
    ['a NUL', wire.publish('a\0b', 'x')],
    ['message id 0', wire.publish('a', 'x', 0)],
    ['a topic longer than the packet', packet(0x30, Buffer.from([0, 9, 97]))],
    ['no room for the topic’s length', packet(0x30, Buffer.from([0]))],
    ['no room for the message id', packet(0x32, Buffer.from([0, 1, 97, 0]))],
  ])('leaves %s to the library', (_what, bytes) => {
    expect(read(bytes)).toBeNull();
  });

  it('finds topic, flags, message id and payload', () => {
    const bytes = wire.publish('a/ü', 'value', 513);
    bytes.writeUInt8(0x3b, 0);
    const plain = read(bytes);
    expect(plain).toMatchObject({ topic: 'a/ü', qos: 1, retain: true, dup: true, messageId: 513 });
    expect(bytes.toString('utf8', plain?.payloadFrom, plain?.end)).toBe('value');
  });

  it('does not take one topic for another of the same length', () => {
    const texts = ['a/1', 'a/2', 'a/2', 'b/1', 'a/1'].map((topic) => read(wire.publish(topic, ''))?.topic);
    expect(texts).toEqual(['a/1', 'a/2', 'a/2', 'b/1', 'a/1']);
  });
});
