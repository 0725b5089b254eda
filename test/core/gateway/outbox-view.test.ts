import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { Outbox } from '../../../core/contract/document/outbox.ts';
import { Subscription } from '../../../core/contract/document/subscriptions.ts';
import { OutboxStreamView, StorageView } from '../../../core/contract/outbox-views.ts';
import { publishOutboxFigures } from '../../../core/gateway/outbox-metrics.ts';
import { DEFAULT_OUTBOX, isBalanced, outboxRows, roomOf, usedPercent } from '../../../core/gateway/outbox-view.ts';
import { createOutboxWatch } from '../../../core/gateway/outbox-watch.ts';
import type { StreamStats } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createRuntimeDouble } from './runtime-double.ts';
import { memoryFigures, spoolStats, streamStats } from './spool-figures.ts';

const config = Outbox.parse({
  keep: { hours: 100, bytes: 1_000_000 },
  streams: [
    { id: 'alarms', subscription: 'up', priority: 'high', keep: { hours: 10 }, order: 'newest-first' },
    { id: 'raw', filter: 'raw/#', whenFull: 'thin-out', keepEvery: 5, keep: { messages: 50 }, batch: {} },
  ],
});

const route = (id: string, target: string, more: object = {}) =>
  Subscription.parse({ id, source: 'local', subject: '#', target, ...more });

function rowsOf(...streams: StreamStats[]) {
  return outboxRows({
    config,
    stats: spoolStats(streams),
    steadyMs: 7_200_000,
    figures: () => ({ inPerS: 1.26, outPerS: 0, inBytesPerS: 99.6, drainMs: null }),
    traffic: () => ({ messagesPerHour: 10.4, bytesPerHour: 99.9, overHours: 2 }),
    lastError: () => null,
    refused: (stream) => (stream === 'alarms' ? 4 : 0),
  });
}

describe('the rows of the outbox', () => {
  it('stand in the order of the document, the rest last, then what is named no more but holds something', () => {
    const rows = rowsOf(
      streamStats('rest'),
      streamStats('old', { count: 3, appended: 3 }),
      streamStats('gone'),
      streamStats('raw'),
    );
    expect(rows.map((row) => `${row.id}: ${row.takes}`)).toEqual([
      'alarms: subscription up',
      'raw: raw/#',
      'rest: everything else',
      'old: nothing any more: it is not in the document',
    ]);
    for (const row of rows) expect(OutboxStreamView.parse(row)).toEqual(row);
    expect(rows.map((row) => row.refused)).toEqual([4, 0, 0, 0]);
  });

  it('carry rules, figures and how far the nearest limit is', () => {
    const raw = streamStats('raw', {
      count: 20,
      bytes: 900_000,
      oldestAt: 5,
      oldestKeptAt: 3_600_400,
      appended: 21,
      acknowledged: 1,
    });
    expect(rowsOf(raw)[1]).toMatchObject({
      whenFull: 'thin-out',
      keepEvery: 5,
      batched: true,
      limits: { messages: 50, bytes: null, ageMs: null },
      oldestAgeMs: 3_599_000,
      inPerS: 1.3,
      inBytesPerS: 100,
      lastDay: { messagesPerHour: 10, bytesPerHour: 100 },
      drainMs: null,
      // 40 % of its messages, but 90 % of the whole's bytes.
      usedPercent: 90,
      balanced: true,
    });
    expect(rowsOf(raw)[0]).toMatchObject({ count: 0, drainMs: 0, usedPercent: 0, oldestAgeMs: null });
  });

  it.each([
    [{ messages: 10, bytes: null, ageMs: null }, { count: 5, bytes: 0, oldestAgeMs: null }, 50],
    [{ messages: 10, bytes: null, ageMs: null }, { count: 50, bytes: 0, oldestAgeMs: null }, 100],
    [{ messages: null, bytes: null, ageMs: 1000 }, { count: 1, bytes: 0, oldestAgeMs: 333 }, 33.3],
    [{ messages: null, bytes: null, ageMs: null }, { count: 1e9, bytes: 1e12, oldestAgeMs: 1e12 }, 0],
  ])('%j with %j is used by %d %%', (limits, now, percent) => {
    expect(usedPercent(limits, { messages: null, bytes: null, ageMs: null }, now)).toBe(percent);
  });

  it('balance exactly when in = delivered + waiting + dropped + refused', () => {
    const few = fc.nat(1000);
    fc.assert(
      fc.property(few, few, few, few, few, fc.integer({ min: -3, max: 3 }), (acknowledged, count, limit, expired, dead, slip) => {
        const appended = acknowledged + count + limit + expired + dead + slip;
        const stats = streamStats('a', { appended, acknowledged, count, deadLettered: dead, dropped: { limit, expired } });
        expect(isBalanced(stats)).toBe(slip === 0);
      }),
    );
  });

  it('never use the lesser of a share of the disk and a number of bytes', () => {
    expect(roomOf(DEFAULT_OUTBOX, 1e12)).toBe(536_870_912);
    expect(roomOf(DEFAULT_OUTBOX, 1e9)).toBe(50_000_000);
    expect(roomOf(DEFAULT_OUTBOX, null)).toBe(536_870_912);
  });
});

describe('the watch over the outbox', () => {
  it('puts it all together: rates, books, fuel gauge and wear', async () => {
    const clock = createManualClock();
    const { storage: view } = createRuntimeDouble().runtime;
    let stream = streamStats('alarms');
    let written = 0;
    const watch = createOutboxWatch(
      {
        clock,
        log: createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('test'),
        steady: () => clock.monotonic(),
        store: {
          spool: { stats: () => spoolStats([stream, streamStats('rest')]) } as never,
          figures: memoryFigures(),
          condition: () => ({ check: { state: 'sound', at: 1 }, salvage: null, movedAside: [], bytes: 4096 }),
        },
        config: () => config,
        subscriptions: () => [
          route('slow-up', 'cloud', { expireAfterS: 72_000 }),
          route('live-up', 'cloud', { expireAfterS: 1800 }),
          route('off-up', 'cloud', { expireAfterS: 60, enabled: false }),
          route('kept', 'history'),
          route('up', 'cloud'),
        ],
        system: () => ({ diskFreeBytes: 20e9, diskTotalBytes: 32e9 }) as never,
        destinations: () => [],
        lastError: () => null,
        refused: () => 0,
        time: () => view().time,
        wallNow: clock.now,
        readWritten: async () => written,
      },
      { flashCycles: 3000, deadLetterLimits: { maxMessages: 10, maxBytes: 1000 } },
    );
    await watch.start(new AbortController().signal);
    for (let minute = 0; minute < 60; minute += 1) {
      stream = {
        ...stream,
        appended: stream.appended + 10,
        appendedBytes: stream.appendedBytes + 1000,
        count: stream.count + 10,
        bytes: stream.bytes + 1000,
      };
      written += 50_000;
      await clock.advance(60_000);
    }
    const storage = watch.storage();
    expect(StorageView.parse(storage)).toEqual(storage);
    expect(storage.books).toEqual({ in: 600, delivered: 0, waiting: 600, deadLettered: 0, dropped: {}, balanced: true });
    expect(storage.fuel).toMatchObject({ hours: 10, limitedBy: 'hours', stream: 'alarms', overHours: 1 });
    expect(storage.fuel.expiring).toEqual([{ subscription: 'live-up', hours: 0.5 }]);
    expect(storage.fuel.messagesPerHour).toBeGreaterThanOrEqual(590);
    expect(storage.wear.writtenTodayBytes).toBeGreaterThan(2_900_000);
    expect(storage.disk).toMatchObject({ roomBytes: 536_870_912, short: false, storeBytes: 4096 });
    expect(watch.outbox()[0]).toMatchObject({ id: 'alarms', count: 600 });
    await watch.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('the metrics of the outbox', () => {
  it('have one sample per stream and reason, and none for what is not known', () => {
    const { runtime, state } = createRuntimeDouble();
    state.stats = spoolStats([
      streamStats('rest', { appended: 5, acknowledged: 1, count: 1, dropped: { limit: 2, expired: 1 } }),
    ]);
    const metrics = createMetrics();
    publishOutboxFigures(metrics, runtime);
    const text = metrics.expose();
    for (const line of [
      'gatehouse_outbox_messages{stream="rest"} 1',
      'gatehouse_outbox_dropped_total{stream="rest",reason="limit"} 2',
      'gatehouse_outbox_balanced{stream="rest"} 1',
      'gatehouse_clock_trust{trust="synced"} 1',
      'gatehouse_store_sound 1',
      'gatehouse_disk_room_short 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toMatch(/NaN|null|undefined/);
    expect(text).not.toMatch(/^gatehouse_salvage_lost_messages/m);
    expect(text).not.toMatch(/^gatehouse_offline_reserve_seconds/m);
  });
});
