import { describe, expect, it } from 'vitest';
import { createOutboxFigures } from '../../../core/gateway/outbox-figures.ts';
import type { StreamStats } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { spoolStats, streamStats } from './spool-figures.ts';

async function build() {
  const clock = createManualClock();
  let streams: readonly StreamStats[] = [streamStats('a')];
  const figures = createOutboxFigures({ clock, spool: { stats: () => spoolStats(streams) } });
  await figures.start(new AbortController().signal);
  return {
    clock,
    figures,
    set: (...next: StreamStats[]) => {
      streams = next;
    },
    /** So many seconds in which so many messages of 100 bytes come and go each. */
    async run(seconds: number, into: number, out: number) {
      for (let i = 0; i < seconds * 2; i += 1) {
        streams = streams.map((one) => ({
          ...one,
          appended: one.appended + into / 2,
          appendedBytes: one.appendedBytes + into * 50,
          acknowledged: one.acknowledged + out / 2,
          count: Math.max(0, one.count + (into - out) / 2),
        }));
        await clock.advance(500);
      }
    },
  };
}

describe('the figures of the outbox', () => {
  it('are rates of each stream, and no time to drain while it grows', async () => {
    const { figures, run } = await build();
    await run(10, 20, 4);
    const { inPerS, outPerS, inBytesPerS, drainMs } = figures.of('a');
    expect([inPerS, outPerS, inBytesPerS, drainMs]).toEqual([20, 4, 2000, null]);
  });

  it('tell when it will be empty, by the mean of the last seconds', async () => {
    const { figures, run, set } = await build();
    set(streamStats('a', { count: 10_000, appended: 10_000 }));
    await run(60, 0, 100);
    // 4000 wait and 100 a second leave.
    expect(figures.of('a').drainMs).toBeGreaterThan(38_000);
    expect(figures.of('a').drainMs).toBeLessThan(42_000);
    await run(40, 0, 100);
    expect(figures.of('a').drainMs).toBe(0);
    await run(30, 0, 0);
    expect(figures.of('a')).toMatchObject({ inPerS: 0, outPerS: 0, drainMs: 0 });
  });

  it('never count backwards, and forget a stream that is gone', async () => {
    const { figures, set, clock, run } = await build();
    set(streamStats('a', { appended: 5000, acknowledged: 5000 }));
    await clock.advance(1000);
    set(streamStats('a', { appended: 10, acknowledged: 5, count: 5 }));
    await run(10, 0, 0);
    expect(figures.of('a')).toMatchObject({ inPerS: 0, outPerS: 0, drainMs: null });
    set(streamStats('b'));
    await clock.advance(500);
    expect(figures.of('a')).toEqual({ inPerS: 0, outPerS: 0, inBytesPerS: 0, drainMs: 0 });
  });

  it('say who loses messages and why, for a minute after the last one', async () => {
    const { figures, set, clock } = await build();
    // What was dropped before the start is history.
    set(streamStats('a'), streamStats('b', { dropped: { limit: 7 } }));
    await clock.advance(500);
    expect(figures.dropping()).toEqual([]);
    set(streamStats('a'), streamStats('b', { dropped: { limit: 9, expired: 1 } }));
    await clock.advance(500);
    expect(figures.dropping()).toEqual([{ stream: 'b', reasons: expect.arrayContaining(['limit', 'expired']) }]);
    await clock.advance(59_000);
    expect(figures.dropping()).toHaveLength(1);
    await clock.advance(1000);
    expect(figures.dropping()).toEqual([]);
  });

  it('stop with their owner', async () => {
    const { figures, clock } = await build();
    await figures.stop();
    expect(clock.pending).toBe(0);
  });
});
