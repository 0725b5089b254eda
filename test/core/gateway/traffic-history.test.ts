import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createTrafficHistory } from '../../../core/gateway/traffic-history.ts';
import type { StreamStats } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { memoryFigures, spoolStats, streamStats } from './spool-figures.ts';

const HOUR = 3_600_000;

async function build(figures = memoryFigures(), steadyStart = 0) {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 10, level: 'debug' });
  let streams: readonly StreamStats[] = [streamStats('a')];
  const history = createTrafficHistory({
    clock,
    log: logs.logger('test'),
    steady: () => steadyStart + clock.monotonic(),
    spool: { stats: () => spoolStats(streams) },
    figures,
  });
  await history.start(new AbortController().signal);
  return {
    clock,
    figures,
    history,
    logs,
    /** So many hours with so many messages of 10 bytes an hour. */
    async run(hours: number, perHour: number) {
      for (let i = 0; i < hours * 12; i += 1) {
        streams = streams.map((one) => ({
          ...one,
          appended: one.appended + perHour / 12,
          appendedBytes: one.appendedBytes + (perHour * 10) / 12,
        }));
        await clock.advance(HOUR / 12);
      }
    },
  };
}

describe('the traffic of the last day', () => {
  it('is the mean since the start until a day is full, and then of the last day', async () => {
    const { history, run } = await build();
    expect(history.of('a')).toBeNull();
    await run(2, 1200);
    expect(history.of('a')?.messagesPerHour).toBeCloseTo(1200, 0);
    expect(history.of('a')?.bytesPerHour).toBeCloseTo(12_000, 0);
    expect(history.of('a')?.overHours).toBeCloseTo(2, 2);
    await run(30, 240);
    expect(history.of('a')?.messagesPerHour).toBeCloseTo(240, 0);
    expect(history.of('a')?.overHours).toBeLessThanOrEqual(24);
    expect(history.of('other')).toBeNull();
  });

  it('goes on after a restart, and counts the hours that it was off as nothing seen', async () => {
    const first = await build();
    await first.run(3, 1200);
    await first.history.stop();
    expect(first.clock.pending).toBe(0);
    const second = await build(first.figures, 8 * HOUR);
    expect(second.history.of('a')?.overHours).toBeCloseTo(3, 2);
    expect(second.history.of('a')?.messagesPerHour).toBeCloseTo(1200, 0);
    await second.run(3, 0);
    expect(second.history.of('a')?.messagesPerHour).toBeCloseTo(600, 0);
    const late = await build(first.figures, 60 * HOUR);
    expect(late.history.of('a')).toBeNull();
    expect(Object.keys(first.figures.saved).filter((key) => key.startsWith('fuel/'))).toEqual([]);
  });

  it('loses at most a minute when the process is killed', async () => {
    const { figures, run } = await build();
    await run(0.25, 1200);
    expect(figures.saved['fuel/a/0/messages']).toBeGreaterThanOrEqual(200);
  });

  it('does not mind a wall clock that jumps', async () => {
    const { history, run, clock } = await build();
    await run(1, 1200);
    clock.jumpWall(-365 * 24 * HOUR);
    await run(1, 1200);
    expect(history.of('a')?.overHours).toBeCloseTo(2, 2);
  });

  it('begins anew where its figures cannot be read or are nonsense', async () => {
    const broken = { ...memoryFigures(), load: () => Promise.reject(new Error('gone')) };
    const { history, logs } = await build(broken);
    expect(history.of('a')).toBeNull();
    expect(logs.recent().map((one) => one.event)).toEqual(['outbox.traffic-not-read']);
    const odd = await build(
      memoryFigures({ 'fuel/a/99/hour': 1, 'fuel/a/x/bytes': 1, 'fuel/a/1/seenMs': 5, fuel: 3, 'wear/0/day': 1 }),
    );
    expect(odd.history.of('a')).toBeNull();
  });
});
