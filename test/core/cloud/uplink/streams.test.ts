import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import type { Outgoing } from '../../../../core/cloud/cloud-link.ts';
import { Outbox } from '../../../../core/contract/document/outbox.ts';
import { idOf } from '../fake-link.ts';
import { message } from '../harness.ts';
import { range, uplinkUnderTest } from '../uplink-under-test.ts';

const stream = (id: string, more: object = {}) => ({ id, filter: `${id}/#`, ...more });
const textOf = ({ payload }: Outgoing): string => Buffer.from(payload).toString();
/** The numbers in the arrays of batches, in order. */
const unpacked = (sent: readonly Outgoing[]): number[] =>
  sent.flatMap(({ payload, properties }) => {
    const text = properties['encoding'] === 'gzip' ? gunzipSync(payload).toString() : Buffer.from(payload).toString();
    return (JSON.parse(text) as { seq: number }[]).map(({ seq }) => seq);
  });
/** Packing runs on other threads: real time passes. */
const until = async (settle: () => Promise<void>, done: () => boolean): Promise<void> => {
  for (let i = 0; i < 400 && !done(); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await settle();
  }
  expect(done()).toBe(true);
};

describe('streams of the uplink', () => {
  it('lets an urgent stream overtake a backlog, without starving it', async () => {
    const outbox = { streams: [stream('up', { priority: 'high' })] };
    const { append, line, settle, uplink, spool } = await uplinkUnderTest({ outbox, settings: { maxInFlight: 4 } });
    await append(300);
    await settle();
    await append(100, 'up', 'up');
    for (let i = 0; i < 60; i += 1) {
      for (const call of line.open.splice(0)) call.resolve();
      await settle();
    }
    const urgent = line.sent.slice(8, 108).filter(({ topic }) => topic.startsWith('up/')).length;
    expect(urgent).toBeGreaterThan(70);
    expect(urgent).toBeLessThan(100);
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await settle();
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('newest first: what comes after the connection goes first, then the backlog from the newest down, each once', async () => {
    const outbox = { streams: [stream('n', { order: 'newest-first' })] };
    const { append, line, settle, uplink, spool } = await uplinkUnderTest({ outbox, settings: { maxInFlight: 2 } });
    line.setState('offline');
    await append(300, 'n', 'n');
    line.setState('connected');
    await settle();
    expect(line.sent.map(textOf)).toEqual(['299', '298']);
    await spool.append([message('n/x', 'live-1'), message('n/x', 'live-2')], 'n');
    await settle();
    for (const call of line.open.splice(0)) call.resolve();
    await settle();
    expect(line.sent.slice(2).map(textOf)).toEqual(['live-1', 'live-2']);
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await settle();
    expect(line.sent.slice(4).map(textOf)).toEqual(range(0, 297).reverse().map(String));
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('batches by topic in order, waits for more only so long, and acknowledges all of a batch at once', async () => {
    const outbox = { streams: [stream('b', { batch: { messages: 4, waitS: 5 } })] };
    const { clock, append, line, settle, uplink, spool } = await uplinkUnderTest({ outbox });
    line.answer(() => null);
    const one = (topic: string, count: number) =>
      spool.append(
        Array.from({ length: count }, () => message(topic, '{"a":1}')),
        'b',
      );
    await one('b/1', 9);
    await until(settle, () => spool.stats().count === 1);
    expect(line.sent.map(({ properties }) => properties['count'])).toEqual(['4', '4']);
    await one('b/1', 1);
    await clock.advance(4000);
    expect(line.sent.length).toBe(2);
    await clock.advance(1500);
    await until(settle, () => spool.stats().count === 0);
    expect(unpacked(line.sent)).toEqual(range(1, 10));
    expect(append).toBeTypeOf('function');
    await uplink.stop();
  });

  it('finds the message of a batch that is refused for good, and delivers the others in order', async () => {
    const outbox = { streams: [stream('b', { batch: { messages: 8, waitS: 0, gzip: false } })] };
    const { line, settle, uplink, spool, dead } = await uplinkUnderTest({ outbox });
    const taken: Outgoing[] = [];
    line.answer((outgoing) => {
      if (textOf(outgoing).includes('poison')) return new GatewayError('cloud/rejected', 'no');
      taken.push(outgoing);
      return null;
    });
    await spool.append(
      range(1, 20).map((i) => message('b/1', i === 6 ? '"poison"' : String(i))),
      'b',
    );
    await until(settle, () => spool.stats().count === 0);
    expect(dead.map(({ ids }) => ids.length)).toEqual([1]);
    expect(spool.stats()).toMatchObject({ deadLettered: 1, acknowledged: 19 });
    expect(unpacked(taken)).toEqual(range(1, 20).filter((i) => i !== 6));
    await uplink.stop();
  });

  it('buries a whole batch at once where the topic is refused', async () => {
    const outbox = { streams: [stream('b', { batch: { messages: 8, waitS: 0 } })] };
    const { line, settle, uplink, spool, dead } = await uplinkUnderTest({ outbox });
    line.answer(() => new GatewayError('cloud/rejected', 'not allowed', { details: { topic: true } }));
    await spool.append(
      range(1, 16).map((i) => message('b/1', String(i))),
      'b',
    );
    await until(settle, () => spool.stats().count === 0);
    expect(dead.map(({ ids }) => ids.length)).toEqual([8, 8]);
    await uplink.stop();
  });

  it('goes on counting for a stream whose rules change', async () => {
    const { append, line, uplink, settle } = await uplinkUnderTest({ outbox: { streams: [stream('a')] } });
    line.answer(() => null);
    await append(3, 'a');
    await settle();
    uplink.configure(Outbox.parse({ streams: [stream('a', { priority: 'high' })] }));
    await settle();
    await append(2, 'a');
    await settle();
    expect(uplink.stats().streams.find(({ name }) => name === 'a')).toMatchObject({ sent: 5, acknowledged: 5 });
    await uplink.stop();
  });

  it('a stream that is held up does not hold up the others', async () => {
    const outbox = { streams: [stream('bad')] };
    const { append, clock, line, uplink, spool } = await uplinkUnderTest({ outbox });
    line.answer(({ topic }) =>
      topic.startsWith('bad') ? new GatewayError('cloud/declined', 'quota', { details: { passing: true } }) : null,
    );
    await append(5, 'bad', 'bad');
    for (let i = 0; i < 20; i += 1) {
      await append(50);
      await clock.advance(100);
    }
    expect(spool.stats()).toMatchObject({ count: 5, acknowledged: 1000 });
    expect(uplink.stats().lastError?.code).toBe('cloud/declined');
    await uplink.stop();
  });

  it('delivers other streams while one has a message that makes the cloud hang up, and blames the right one', async () => {
    const outbox = { streams: [stream('bad', { priority: 'high' })] };
    const { append, clock, line, uplink, spool, dead, settle } = await uplinkUnderTest({ outbox });
    await append(3, 'bad', 'bad');
    await append(5000);
    for (let i = 0; i < 60 && dead.length === 0; i += 1) {
      let hungUp = false;
      for (let step = 0; step < 200 && !hungUp; step += 1) {
        for (const call of line.open.splice(0)) {
          hungUp ||= textOf(call.message) === '1' && call.message.topic === 'bad/1';
          if (hungUp) call.reject('cloud/offline', { byPeer: true });
          else call.resolve();
        }
        await clock.advance(50);
      }
      if (!hungUp) continue;
      line.setState('offline');
      await clock.advance(10);
      line.setState('connected');
      await settle();
    }
    expect(dead.length).toBe(1);
    expect(spool.stats()).toMatchObject({ deadLettered: 1 });
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await clock.advance(120_000);
    expect(spool.stats()).toMatchObject({ count: 0, deadLettered: 1, acknowledged: 5002 });
    await uplink.stop();
  });

  it('holds to the rate, urgent messages first', async () => {
    const outbox = { streams: [stream('up', { priority: 'high' })] };
    const settings = { rate: { messagesPerS: 10, bytesPerS: null } };
    const { append, clock, line, uplink } = await uplinkUnderTest({ outbox, settings });
    line.answer(() => null);
    await append(200);
    await clock.advance(10);
    const burst = line.wire.length;
    expect(burst).toBeLessThanOrEqual(11);
    expect(uplink.stats().holding).toBe(true);
    await append(20, 'up', 'up');
    await clock.advance(2000);
    expect(line.wire.length - burst).toBeGreaterThanOrEqual(18);
    expect(line.wire.length - burst).toBeLessThanOrEqual(22);
    expect(line.sent.slice(burst).filter(({ topic }) => topic.startsWith('up/')).length).toBeGreaterThanOrEqual(16);
    await uplink.stop();
  });

  it('takes new rules while messages are in flight, each message once', async () => {
    const { append, line, settle, uplink, spool, clock } = await uplinkUnderTest({ settings: { maxInFlight: 4 } });
    await append(10, 's', 's');
    await settle();
    const { Outbox } = await import('../../../../core/contract/document/outbox.ts');
    uplink.configure(Outbox.parse({ streams: [stream('s', { priority: 'low', idField: '_id' })] }));
    await settle();
    expect(line.wire.length).toBe(4);
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await clock.advance(100);
    expect(line.wire.length).toBe(10);
    expect(new Set(line.wire).size).toBe(10);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });
});

describe('order under random failures', () => {
  type Step = 'append' | 'ack' | 'ackLate' | 'decline' | 'break' | 'reconnect' | 'wait';
  const steps = fc.array(
    fc.tuple(fc.constantFrom<Step>('append', 'ack', 'ackLate', 'decline', 'break', 'reconnect', 'wait'), fc.nat(20)),
    { minLength: 20, maxLength: 80 },
  );
  it('everything arrives, first arrivals in order per stream, and nothing twice without a failure', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const outbox = { streams: [stream('a', { priority: 'high' }), stream('b', { priority: 'low' })] };
        const { append, clock, line, uplink, spool } = await uplinkUnderTest({ outbox, settings: { maxInFlight: 6 } });
        const arrived: number[] = [];
        let failures = 0;
        for (const [step, n] of list) {
          if (step === 'append') await append(n, ['rest', 'a', 'b'][n % 3] ?? 'rest', 'x');
          // An acknowledgement: the cloud has it. A missing one: it has it as well.
          if (step === 'ack') for (const call of line.open.splice(0, n)) call.resolve();
          if (step === 'ackLate') line.open.splice(n % Math.max(1, line.open.length), 1)[0]?.resolve();
          if (step === 'decline') {
            const [call] = line.open.splice(0, 1);
            if (call) failures += 1;
            call?.reject('cloud/declined');
          }
          if (step === 'break') {
            failures += line.open.length;
            line.breakLine();
          }
          if (step === 'reconnect') line.setState('connected');
          await clock.advance(step === 'wait' ? n * 100 : 0);
        }
        line.setState('connected');
        line.answer(() => null);
        for (const call of line.open.splice(0)) call.resolve();
        await clock.advance(120_000);
        arrived.push(...line.wire);
        expect(spool.stats()).toMatchObject({ count: 0, deadLettered: 0 });
        const { appended } = spool.stats();
        expect(new Set(arrived).size).toBe(appended);
        if (failures === 0) expect(arrived.length).toBe(appended);
        for (const number of [0, 1, 2]) {
          let highest = 0;
          const first = arrived.filter((id) => {
            if (Math.floor(id / 2 ** 40) !== number || id <= highest) return false;
            highest = id;
            return true;
          });
          expect(first).toEqual([...new Set(arrived.filter((id) => Math.floor(id / 2 ** 40) === number))].sort((x, y) => x - y));
        }
        await uplink.stop();
      }),
      { numRuns: 60 },
    );
  });
  it('knows its ids', () => {
    expect(idOf({ topic: '', payload: new Uint8Array(), retain: false, properties: { id: 'gw-1-42' } })).toBe(42);
  });
});
