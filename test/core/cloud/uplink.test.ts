import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import type { CloudLink, CloudStatus } from '../../../core/cloud/cloud-link.ts';
import { createUplink } from '../../../core/cloud/uplink.ts';
import type { Tracer } from '../../../core/router/tracer.ts';
import { createMemorySpool } from '../../../core/store/memory-spool.ts';
import type { Spool, SpoolEntry } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { message, noTracer } from './harness.ts';

interface Call {
  readonly entry: SpoolEntry;
  resolve(): void;
  reject(
    code: 'cloud/offline' | 'cloud/rejected' | 'cloud/declined' | 'cloud/ack-timeout',
    details?: Record<string, boolean>,
  ): void;
}

/** A line in the hands of the test. */
function fakeLink() {
  let status: CloudStatus = { state: 'connected', since: 0, endpoint: 'x', lastError: null, attempts: 0, nextAttemptAt: null };
  const listeners = new Set<(status: CloudStatus) => void>();
  const open: Call[] = [];
  const wire: number[] = [];
  /** Answers by itself where set. */
  let auto: ((entry: SpoolEntry) => GatewayError | null) | null = null;
  const link: CloudLink = {
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setFilters: () => {},
    onMessage: () => () => {},
    publish(entry, signal) {
      if (status.state !== 'connected') return Promise.reject(new GatewayError('cloud/offline', 'no line'));
      wire.push(entry.id);
      const fault = auto?.(entry);
      if (fault) return Promise.reject(fault);
      if (fault === null) return Promise.resolve();
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        open.push({ entry, resolve, reject: (code, details = {}) => reject(new GatewayError(code, code, { details })) });
      });
    },
  };
  return {
    link,
    wire,
    open,
    answer(next: typeof auto) {
      auto = next;
    },
    setState(state: CloudStatus['state']) {
      status = { ...status, state };
      for (const listener of listeners) listener(status);
    },
    /** As a broken line does: everything in flight is rejected and the state changes. */
    breakLine(details: Record<string, boolean> = {}) {
      for (const call of open.splice(0)) call.reject('cloud/offline', details);
      this.setState('offline');
    },
  };
}

async function setUp(options: { window?: number; spool?: Spool; tracer?: Tracer; bury?: () => Promise<void> } = {}) {
  const clock = createManualClock();
  const spool = options.spool ?? createMemorySpool();
  const line = fakeLink();
  const dead: { id: number; code: string; message: string }[] = [];
  const log = createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('uplink');
  const uplink = createUplink(
    {
      spool,
      link: line.link,
      clock,
      log,
      metrics: createMetrics(),
      tracer: options.tracer ?? noTracer,
      async deadLetter(entry, fault) {
        await options.bury?.();
        dead.push({ id: entry.id, code: fault.code, message: fault.message });
      },
    },
    { window: options.window ?? 64, batch: 50, retryMs: 100 },
  );
  await uplink.start(new AbortController().signal);
  const append = (count: number, source = 'meter') =>
    spool.append(
      Array.from({ length: count }, (_, i) => message(`dt/${i}`, String(i), { source: { kind: 'device', id: source } })),
    );
  const settle = () => clock.advance(0);
  return { clock, spool, line, dead, uplink, append, settle };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('uplink', () => {
  it('sends what is appended, keeps the window, and removes only what is acknowledged', async () => {
    const { line, append, settle, spool, uplink } = await setUp({ window: 10 });
    await append(25);
    await settle();
    expect(line.wire).toEqual(range(1, 10));
    expect(spool.stats().count).toBe(25);
    for (const call of line.open.splice(0, 4)) call.resolve();
    await settle();
    expect(line.wire).toEqual(range(1, 14));
    expect(spool.stats().count).toBe(21);
    expect(uplink.stats()).toEqual({ sent: 14, acknowledged: 4, duplicatesPossible: 0, rejected: 0, inFlight: 10 });
    await uplink.stop();
  });

  it('does nothing while it is idle, and wakes on the next append', async () => {
    const { line, append, settle, clock, uplink } = await setUp();
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
    const { line, append, settle, clock, spool, uplink } = await setUp({ window: 8 });
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

  it('sends nothing new after a failure until all that is in flight is settled', async () => {
    const { line, append, settle, clock, uplink } = await setUp({ window: 4 });
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
    const { line, append, settle, spool, dead, uplink } = await setUp();
    line.answer((entry) => (entry.id === 3 ? new GatewayError('cloud/rejected', 'too large') : null));
    await append(5);
    await settle();
    expect(dead).toEqual([{ id: 3, code: 'cloud/rejected', message: 'too large' }]);
    expect(line.wire).toEqual(range(1, 5));
    expect(spool.stats().count).toBe(0);
    expect(uplink.stats()).toMatchObject({ acknowledged: 4, rejected: 1 });
    await uplink.stop();
  });

  it('does not lose a dead letter that cannot be kept: it is tried again', async () => {
    let full = true;
    const { line, append, clock, spool, dead, uplink } = await setUp({
      bury: () => (full ? Promise.reject(new GatewayError('store/full', 'The disk is full.')) : Promise.resolve()),
    });
    line.answer((entry) => (entry.id === 2 ? new GatewayError('cloud/rejected', 'never') : null));
    await append(3);
    await clock.advance(500);
    expect(spool.stats().count).toBe(1);
    full = false;
    await clock.advance(60_000);
    expect(dead.map(({ id }) => id)).toEqual([2]);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('finds the message that makes the cloud hang up, and goes on without it', async () => {
    const { line, append, clock, spool, dead, uplink } = await setUp();
    // The cloud takes 1 and 2 and hangs up on 3, every time.
    await append(6);
    for (let i = 0; i < 20 && dead.length === 0; i += 1) {
      await clock.advance(40_000);
      for (const call of line.open.splice(0)) {
        if (call.entry.id < 3) call.resolve();
        else call.reject('cloud/offline', { byPeer: true });
      }
      await clock.advance(0);
      line.setState('offline');
      await clock.advance(10);
      line.setState('connected');
    }
    expect(dead).toMatchObject([{ id: 3, code: 'cloud/rejected' }]);
    expect(dead[0]?.message).toContain('closed the connection');
    line.answer(() => null);
    for (const call of line.open.splice(0)) call.resolve();
    await clock.advance(60_000);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('does not blame a message for a line that is bad by itself', async () => {
    const { line, append, clock, dead, uplink } = await setUp();
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
    const { line, append, clock, dead, spool, uplink } = await setUp();
    let passing = true;
    line.answer((entry) => (entry.id === 1 ? new GatewayError('cloud/declined', 'not now', { details: { passing } }) : null));
    await append(2);
    await clock.advance(30 * 60_000);
    expect(dead).toEqual([]);
    passing = false;
    await clock.advance(30 * 60_000);
    expect(dead.map(({ id }) => id)).toEqual([1]);
    expect(spool.stats().count).toBe(0);
    await uplink.stop();
  });

  it('survives a spool that fails for a while, both at reading and at removing', async () => {
    const memory = createMemorySpool();
    let bad = true;
    const fail = (): Promise<never> => Promise.reject(new GatewayError('store/failed', 'no'));
    const spool: Spool = {
      ...memory,
      peek: (after, limit, bytes) => (bad ? fail() : memory.peek(after, limit, bytes)),
      ack: (ids) => (bad ? fail() : memory.ack(ids)),
    };
    const { line, append, clock, uplink } = await setUp({ spool });
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
    const { line, settle, spool, uplink } = await setUp({ tracer });
    await spool.append([message('dt/1', 'x'), message('dt/2', 'x', { traceId: 't1' })]);
    await settle();
    expect(hops).toEqual(['t1 sent cloud']);
    for (const call of line.open) call.resolve();
    await settle();
    expect(hops).toEqual(['t1 sent cloud', 't1 acknowledged cloud']);
    await uplink.stop();
  });

  it('stops at once with messages in flight, and removes what was acknowledged', async () => {
    const { line, append, settle, spool, uplink } = await setUp();
    await append(5);
    await settle();
    line.open[0]?.resolve();
    await uplink.stop();
    await uplink.stop();
    expect(spool.stats().count).toBe(4);
    expect(uplink.stats().inFlight).toBe(0);
  });
});
