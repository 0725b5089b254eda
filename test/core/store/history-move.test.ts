import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import type { Message } from '../../../core/contract/message.ts';
import { createDarkHistory } from '../../../core/health/dark-history.ts';
import type { History } from '../../../core/store/history.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { buildKeeper, HOUR, MINUTE, T0 } from '../health/keeper-under-test.ts';
import { historyUnderTest } from './history-under-test.ts';

const db = historyUnderTest();

function sample(wallMs: number, payload: string, topic = 'a'): Message {
  const base = spoolMessage(1, payload);
  return { ...base, topic, at: { ...base.at, wallMs } };
}
/** All samples of a series with their times, one bucket a minute. */
const seen = (from: number, minutes: number, series = 'a'): [number, unknown][] =>
  db()
    .trend({ series, from, to: from + minutes * MINUTE, buckets: minutes })
    .map((point) => [Math.round((point.at - from) / MINUTE), point.last]);
const moveAll = (from: number, to: number, byMs: number): number => {
  let moved = 0;
  for (let more = true; more; ) {
    const step = db().move({ from, to, byMs });
    moved += step.moved;
    more = step.more;
  }
  return moved;
};

describe('moving samples in time', () => {
  it('takes those of the span in all series, in bounded steps, and no others', () => {
    const many = Array.from({ length: 3000 }, (_, n) => sample(n, String(n), n % 2 === 0 ? 'a' : 'b'));
    db().record([...many, sample(5000, '"later"'), sample(T0, '"right"')]);
    const first = db().move({ from: 0, to: 2999, byMs: T0 + HOUR });
    expect(first).toEqual({ moved: 2000, more: true });
    expect(moveAll(0, 2999, T0 + HOUR)).toBe(1000);
    expect(seen(0, 1)).toEqual([[0, 'later']]);
    expect(seen(T0, 1)).toEqual([[0, 'right']]);
    for (const series of ['a', 'b']) {
      const [point] = db().trend({ series, from: T0 + HOUR, to: T0 + HOUR + 3000, buckets: 1 });
      expect(point?.count).toBe(1500);
    }
    expect(db().move({ from: 0, to: 2999, byMs: T0 + HOUR })).toEqual({ moved: 0, more: false });
  });

  it('leaves a span alone that touches where it would go, and one that is turned round', () => {
    db().record([sample(0, '1'), sample(1000, '2')]);
    expect(db().move({ from: 0, to: 1000, byMs: 500 })).toEqual({ moved: 0, more: false });
    expect(db().move({ from: 1000, to: 0, byMs: T0 })).toEqual({ moved: 0, more: false });
    expect(db().move({ from: Number.NaN, to: 1, byMs: T0 })).toEqual({ moved: 0, more: false });
  });

  it('removes nothing by age while nobody knows the time', () => {
    db().record([sample(0, '1'), sample(1000, '2')]);
    expect(db().prune({ before: null, maxRows: 10 })).toEqual({ deleted: 0, more: false });
    expect(db().prune({ before: null, maxRows: 1 }).deleted).toBe(1);
  });
});

describe('history of the dark', () => {
  const history: Pick<History, 'move'> = { move: async (from, to, byMs) => moveAll(from, to, byMs) };
  const begin = async () => {
    const keeper = buildKeeper({ wallMs: 10 * MINUTE });
    const logs = createLogHub({ clock: keeper.clock }, { keep: 10, level: 'debug' });
    const dark = createDarkHistory({ clock: keeper.clock, log: logs.logger('time'), time: keeper.time, history });
    await dark.start(new AbortController().signal);
    await keeper.start();
    return { ...keeper, dark, logs };
  };

  it('is moved to its right time when the clock is set, and the log says how much', async () => {
    const { clock, time, logs, dark } = await begin();
    expect(dark.busy()).toBe(true);
    for (let minute = 0; minute < 5; minute += 1) {
      db().record([sample(clock.now(), String(minute))]);
      await clock.advance(MINUTE);
    }
    clock.jumpWall(T0);
    time.heard(clock.now(), 0);
    db().record([sample(clock.now(), '5')]);
    await clock.advance(1000);
    expect(dark.busy()).toBe(false);
    expect(seen(T0 + 10 * MINUTE, 10)).toEqual([0, 1, 2, 3, 4, 5].map((n) => [n, n]));
    expect(logs.recent().find((one) => one.event === 'time.history-moved')?.data['moved']).toBe(5);
  });

  it('does not mix with what an earlier start left there', async () => {
    db().record([sample(11 * MINUTE, '"of another start"')]);
    const { clock, time, logs } = await begin();
    expect(logs.recent().map((one) => one.event)).toEqual(['time.history-aside']);
    await clock.advance(MINUTE);
    db().record([sample(clock.now(), '1')]);
    await clock.advance(MINUTE);
    clock.jumpWall(T0);
    time.heard(clock.now(), 0);
    await clock.advance(1000);
    expect(seen(T0 + 10 * MINUTE, 5)).toEqual([[1, 1]]);
    expect(seen(0, 60)).toEqual([]);
  });

  it('stays where the clock was right all the while', async () => {
    const keeper = buildKeeper();
    const logs = createLogHub({ clock: keeper.clock }, { keep: 10, level: 'debug' });
    await createDarkHistory({ clock: keeper.clock, log: logs.logger('time'), time: keeper.time, history }).start(
      new AbortController().signal,
    );
    db().record([sample(T0, '1')]);
    keeper.time.heard(T0, 0);
    await keeper.clock.advance(1000);
    expect([seen(T0, 1), logs.recent()]).toEqual([[[0, 1]], []]);
  });
});
