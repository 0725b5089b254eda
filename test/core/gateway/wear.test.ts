import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createWear, readWrittenBytes, type WearDay, WRITE_AMPLIFICATION, wearView } from '../../../core/gateway/wear.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { buildKeeper, T0, YEAR } from '../health/keeper-under-test.ts';
import { memoryFigures } from './spool-figures.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TODAY = 20_000;
const GB = 1e9;
const whole = (ago: number, bytes: number): WearDay => ({ day: TODAY - ago, bytes, seenMs: DAY });

describe('the wear of the disk', () => {
  it.each([
    ['nothing seen', [], null],
    ['too little of today', [{ day: TODAY, bytes: GB, seenMs: 300_000 }], null],
    ['half a day, extrapolated', [{ day: TODAY, bytes: GB, seenMs: DAY / 2 }], 2 * GB],
    ['days seen whole, not today', [whole(2, GB), whole(1, 3 * GB), { day: TODAY, bytes: 9, seenMs: DAY / 2 }], 2 * GB],
    ['a day with gaps does not count', [{ day: TODAY - 1, bytes: 9, seenMs: HOUR }, whole(2, GB)], GB],
    ['a day that went on in the dark', [{ day: TODAY - 1, bytes: 3 * GB, seenMs: 3 * DAY }], GB],
    ['a day in the future, or too long ago', [whole(-5, 9 * GB), whole(31, 9 * GB), whole(1, GB)], GB],
  ] as const)('%s', (_what, days, perDay) => {
    expect(wearView(days, TODAY, 32 * GB, 3000).writtenPerDayBytes).toBe(perDay);
  });

  it('says how long a flash disk bears it', () => {
    const { years, cycles } = wearView([whole(1, GB)], TODAY, 32 * GB, 3000);
    expect(cycles).toBe(3000);
    expect(years).toBeCloseTo((32 * 3000) / WRITE_AMPLIFICATION / 365.25, 0);
    expect(wearView([whole(1, GB)], TODAY, null, 3000).years).toBeNull();
    expect(wearView([whole(1, 0)], TODAY, 32 * GB, 3000).years).toBeNull();
  });

  it('lists the days with their dates, oldest first', () => {
    const view = wearView([whole(0, 5), whole(1, 4)], TODAY, null, 3000);
    expect(view.days).toEqual([
      { day: '2024-10-03', bytes: 4 },
      { day: '2024-10-04', bytes: 5 },
    ]);
    expect(view.writtenTodayBytes).toBe(5);
  });

  it('counts by day and goes on after a restart', async () => {
    const figures = memoryFigures();
    const clock = createManualClock(Date.UTC(2026, 0, 1, 22));
    const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('test');
    let written = 1000;
    const build = () => createWear({ clock, log, figures, wallNow: clock.now, readWritten: async () => written });
    const first = build();
    await first.start(new AbortController().signal);
    written += 500;
    await clock.advance(HOUR);
    written += 700;
    await clock.advance(2 * HOUR);
    await first.stop();
    expect(clock.pending).toBe(0);
    written = 40; // a new process counts anew
    const second = build();
    await second.start(new AbortController().signal);
    written += 60;
    await second.stop();
    const { days, writtenTodayBytes } = second.view(null, 3000);
    expect(days.map((one) => one.day)).toEqual(['2026-01-01', '2026-01-02']);
    expect(days.reduce((sum, one) => sum + one.bytes, 0)).toBe(1260);
    expect(writtenTodayBytes).toBe(60);
  });

  it.each([true, null])('makes no days up where the clock is set by a year (synchronised before: %s)', async (synced) => {
    const { clock, time, sync } = buildKeeper({ synced });
    await time.start(new AbortController().signal);
    const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('test');
    let written = 0;
    const figures = memoryFigures();
    const wear = createWear({ clock, log, figures, wallNow: time.calendarNow, readWritten: async () => written });
    await wear.start(new AbortController().signal);
    sync.now = null;
    for (const jump of [YEAR, -2 * YEAR, YEAR]) {
      clock.jumpWall(jump);
      written += 100;
      await clock.advance(HOUR);
    }
    expect(wear.view(null, 3000).days).toEqual([{ day: new Date(T0).toISOString().slice(0, 10), bytes: 300 }]);
    await wear.stop();
    await time.stop();
  });

  it('goes on with the newest day where the clock was never set', async () => {
    const figures = memoryFigures();
    figures.save({ 'wear/5/day': TODAY, 'wear/5/bytes': 7, 'wear/5/seenMs': HOUR });
    const clock = createManualClock(0);
    const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('test');
    let written = 0;
    const wear = createWear({ clock, log, figures, wallNow: () => null, readWritten: async () => written });
    await wear.start(new AbortController().signal);
    written += 100;
    await clock.advance(48 * HOUR);
    await wear.stop();
    expect(wear.view(null, 3000)).toMatchObject({ writtenTodayBytes: 107, days: [{ day: '2024-10-04' }] });
  });

  it('is unknown where the system does not tell, and measured here where it does', async () => {
    const clock = createManualClock();
    const logs = createLogHub({ clock }, { keep: 10, level: 'debug' });
    const wear = createWear({
      clock,
      log: logs.logger('test'),
      figures: memoryFigures(),
      wallNow: clock.now,
      readWritten: async () => null,
    });
    await wear.start(new AbortController().signal);
    await clock.advance(HOUR);
    await wear.stop();
    expect(wear.view(32 * GB, 3000)).toMatchObject({ writtenPerDayBytes: null, years: null, days: [] });
    const here = await readWrittenBytes();
    if (process.platform === 'linux') expect(here).toBeGreaterThanOrEqual(0);
    else expect(here).toBeNull();
  });
});
