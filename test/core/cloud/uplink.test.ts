import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { Tracer } from '../../../core/router/tracer.ts';
import { createMemorySpool } from '../../../core/store/memory-spool.ts';
import type { Spool } from '../../../core/store/spool.ts';
import { idOf } from './fake-link.ts';
import { message, noTracer } from './harness.ts';
import { range, uplinkUnderTest } from './uplink-under-test.ts';

describe('uplink', () => {
  it('sends what is appended, keeps the window, and removes only what is acknowledged', async () => {
    const { line, append, settle, spool, uplink } = await uplinkUnderTest({ settings: { maxInFlight: 10 } });
    await append(25);
    await settle();
    expect(line.wire).toEqual(range(1, 10));
    expect(spool.stats().count).toBe(25);
    for (const call of line.open.splice(0, 4)) call.resolve();
    await settle();
    expect(line.wire).toEqual(range(1, 14));
    expect(spool.stats().count).toBe(21);
    expect(uplink.stats()).toMatchObject({ sent: 14, acknowledged: 4, duplicatesPossible: 0, rejected: 0, inFlight: 10 });
    expect(uplink.stats().streams).toMatchObject([{ name: 'rest', sent: 14, acknowledged: 4, inFlight: 10 }]);
    await uplink.stop();
  });

  it('does nothing while it is idle, and wakes on the next append', async () => {
    const { line, append, settle, clock, uplink } = await uplinkUnderTest();
    line.answer(() => null);
    await append(3);
    await settle();
    expect(clock.pending).toBe(0);
    await append(2);
    await settle();
    expect(line.wire).toEqual(range(1, 5));
    await uplink.stop();
  });

  it('goes on from the oldest that is not acknowledged after the line broke, in order', async () => {
    const { line, append, settle, clock, spool, uplink } = await uplinkUnderTest({ settings: { maxInFlight: 8 } });
    await append(20);
    await settle();
    // 1, 2 and 4 are acknowledged when the line breaks: 3 and 5 to 10 are not.
    const [one, two, , four] = line.open;
    for (const call of [one, two, four]) call?.resolve();
    await settle();
    line.open.splice(0, 2);
    line.open.splice(1, 1);
    line.breakLine();
    await settle();
    expect(spool.stats().count).toBe(17);
    line.wire.length = 0;
    line.answer(() => null);
    line.setState('connected');
    await clock.advance(1000);
    expect(line.wire).toEqual([3, ...range(5, 20)]);
    expect(spool.stats().count).toBe(0);
    expect(uplink.stats().duplicatesPossible).toBe(8);
    await uplink.stop();
  });

  it('counts a message with a time that was put right once, however often it is sent', async () => {
    let redated = 0;
    const { line, append, settle, clock, uplink } = await uplinkUnderTest({
      redate: ({ wallMs }) => ({ wallMs: wallMs + 1, redated: true }),
      onRedated(count) {
        redated += count;
      },
    });
    await append(5);
    await settle();
    expect([line.wire.length, redated]).toEqual([5, 0]);
    line.breakLine();
    await settle();
    line.answer(() => null);
    line.setState('connected');
    await clock.advance(1000);
    expect([line.wire.length, redated]).toEqual([10, 5]);
    await uplink.stop();
  });

  it('sends nothing new after a failure until all that is in flight is settled', async () => {
    const { line, append, settle, clock, uplink } = await uplinkUnderTest({ settings: { maxInFlight: 4 } });
    await append(10);
    await settle();
    line.open[0]?.reject('cloud/declined');
    await clock.advance(5000);
    expect(line.wire).toEqual([1, 2, 3, 4]);
    line.answer(() => null);
    for (const call of line.open.slice(1)) call.resolve();
    await clock.advance(5000);
    expect(line.wire).toEqual([1, 2, 3, 4, 1, ...range(5, 10)]);
    await uplink.stop();
  });

  it('keeps what is refused for good as a dead letter and goes on', async () => {
    const { line, append, settle, spool, dead, uplink } = await uplinkUnderTest();
    line.answer((entry) => (idOf(entry) === 3 ? new GatewayError('cloud/rejected', 'too large') : null));
    await append(5);
    await settle();
    expect(dead).toMatchObject([{ ids: [3], fault: { code: 'cloud/rejected', message: 'too large' } }]);
    expect(spool.stats()).toMatchObject({ count: 0, deadLettered: 1 });
    expect(line.wire).toEqual(range(1, 5));
    expect(spool.stats().count).toBe(0);
    expect(uplink.stats()).toMatchObject({ acknowledged: 4, rejected: 1 });
    await uplink.stop();
  });

  it('does not lose a dead letter that cannot be kept: it is tried again', async () => {
    let full = true;
    const memory = createMemorySpool();
    const spool: Spool = {
      ...memory,
      bury: (...args) => (full ? Promise.reject(new GatewayError('store/full', 'The disk is full.')) : memory.bury(...args)),
    };
    const { line, append, clock, dead, uplink } = await uplinkUnderTest({ spool });
    line.answer((entry) => (idOf(entry) === 2 ? new GatewayError('cloud/rejected', 'never') : null));
    await append(3);
    await clock.advance(500);
    expect(spool.stats().count).toBe(1);
    full = false;
    await clock.advance(60_000);
    expect(dead.map(({ ids }) => ids)).toEqual([[2]]);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('finds the message that makes the cloud hang up, and goes on without it', async () => {
    const { line, append, clock, spool, dead, uplink } = await uplinkUnderTest();
    // The cloud takes 1 and 2 and hangs up on 3, every time.
    await append(6);
    for (let i = 0; i < 20 && dead.length === 0; i += 1) {
      await clock.advance(40_000);
      for (const call of line.open.splice(0)) {
        if (call.id < 3) call.resolve();
        else call.reject('cloud/offline', { byPeer: true });
      }
      await clock.advance(0);
      line.setState('offline');
      await clock.advance(10);
      line.setState('connected');
    }
    expect(dead).toMatchObject([{ ids: [3], fault: { code: 'cloud/rejected' } }]);
    expect(dead[0]?.fault.message).toContain('closed the connection');
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await clock.advance(60_000);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('does not blame a message for a line that is bad by itself', async () => {
    const { line, append, clock, dead, uplink } = await uplinkUnderTest();
    await append(3);
    for (let i = 0; i < 30; i += 1) {
      await clock.advance(1000);
      line.breakLine();
      await clock.advance(10);
      line.setState('connected');
    }
    expect(dead).toEqual([]);
    await uplink.stop();
  });

  it('gives a message up that is declined again and again, but waits for a quota without end', async () => {
    const { line, append, clock, dead, spool, uplink } = await uplinkUnderTest();
    let passing = true;
    line.answer((entry) => (idOf(entry) === 1 ? new GatewayError('cloud/declined', 'not now', { details: { passing } }) : null));
    await append(2);
    await clock.advance(30 * 60_000);
    expect(dead).toEqual([]);
    passing = false;
    await clock.advance(30 * 60_000);
    expect(dead.map(({ ids }) => ids)).toEqual([[1]]);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('survives a spool that fails for a while, both at reading and at removing', async () => {
    const memory = createMemorySpool();
    let bad = true;
    const fail = (): Promise<never> => Promise.reject(new GatewayError('store/failed', 'no'));
    const spool: Spool = {
      ...memory,
      peek: (ask) => (bad ? fail() : memory.peek(ask)),
      ack: (ids) => (bad ? fail() : memory.ack(ids)),
    };
    const { line, append, clock, uplink } = await uplinkUnderTest({ spool });
    await append(4);
    await clock.advance(1000);
    expect(line.wire).toEqual([]);
    bad = false;
    await clock.advance(60_000);
    expect(line.wire).toEqual(range(1, 4));
    bad = true;
    for (const call of line.open.splice(0)) call.resolve();
    await clock.advance(1000);
    expect(memory.stats().count).toBe(4);
    bad = false;
    await clock.advance(1000);
    expect(memory.stats().count).toBe(0);
    expect(line.wire).toEqual(range(1, 4));
    await uplink.stop();
  });

  it('reports the hops of a message that is traced', async () => {
    const hops: string[] = [];
    const tracer: Tracer = { ...noTracer, hop: (id, kind, place) => void hops.push(`${id} ${kind} ${place}`) };
    const { line, settle, spool, uplink } = await uplinkUnderTest({ tracer });
    await spool.append([message('dt/1', 'x'), message('dt/2', 'x', { traceId: 't1' })], 'rest');
    await settle();
    expect(hops).toEqual(['t1 sent cloud']);
    for (const call of line.open) call.resolve();
    await settle();
    expect(hops).toEqual(['t1 sent cloud', 't1 acknowledged cloud']);
    await uplink.stop();
  });

  it('stops at once with messages in flight, and removes what was acknowledged', async () => {
    const { line, append, settle, spool, uplink } = await uplinkUnderTest();
    await append(5);
    await settle();
    line.open[0]?.resolve();
    await uplink.stop();
    await uplink.stop();
    expect(spool.stats().count).toBe(4);
    expect(uplink.stats().inFlight).toBe(0);
  });
});
