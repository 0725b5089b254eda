import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/contract/message.ts';
import { spoolMessage } from '../../conformance/spool.suite.ts';
import { historyUnderTest } from './history-under-test.ts';

const T0 = 1_767_225_600_000;
function sample(at: number, payload: string, topic = 'line/temp'): Message {
  const base = spoolMessage(1, payload);
  return { ...base, topic, at: { ...base.at, wallMs: T0 + at } };
}

describe('the history database', () => {
  const db = historyUnderTest();
  const trend = (from: number, to: number, buckets: number, series = 'line/temp') =>
    db()
      .trend({ series, from: T0 + from, to: T0 + to, buckets })
      .map((point) => ({ ...point, at: point.at - T0 }));

  it('sums up each bucket, and leaves out the empty ones', () => {
    db().record([sample(0, '10'), sample(10, '30'), sample(99, '20'), sample(250, '7'), sample(300, '8')]);
    expect(trend(0, 300, 3)).toEqual([
      { at: 0, min: 10, max: 30, avg: 20, last: 20, count: 3 },
      { at: 200, min: 7, max: 8, avg: 7.5, last: 8, count: 2 },
    ]);
  });

  it('keeps several samples of one millisecond, the last one last', () => {
    db().record([sample(5, '1'), sample(5, '2')]);
    db().record([sample(5, '3')]);
    expect(trend(0, 10, 1)).toEqual([{ at: 0, min: 1, max: 3, avg: 2, last: 3, count: 3 }]);
  });

  it('gives texts, booleans and bad values as what they are', () => {
    db().record([sample(1, '"open"'), sample(11, 'true'), sample(21, '{"value":4,"quality":"bad"}')]);
    expect(trend(0, 30, 3)).toEqual([
      { at: 0, min: null, max: null, avg: null, last: 'open', count: 1 },
      { at: 10, min: 1, max: 1, avg: 1, last: true, count: 1 },
      { at: 20, min: null, max: null, avg: null, last: null, count: 1 },
    ]);
  });

  it('counts what it keeps and what it cannot read', () => {
    const more = Array.from({ length: 150 }, (_, n) => sample(n, String(n)));
    expect(db().record([...more, sample(1, 'not json'), sample(2, '{"a":1,"b":2}')])).toEqual({ rows: 152, ignored: 1 });
    expect(trend(0, 1000, 1)[0]).toMatchObject({ min: 0, max: 149, count: 150 });
  });

  it('knows nothing of a series that is not there, or of a range turned round', () => {
    db().record([sample(1, '1')]);
    expect(trend(0, 10, 1, 'other')).toEqual([]);
    expect(trend(10, 0, 1)).toEqual([]);
  });

  it('reads a trend by the index alone', () => {
    db().record(Array.from({ length: 100 }, (_, n) => sample(n, '1', `series/${n}`)));
    expect(trend(0, 100, 5, 'series/42')).toEqual([{ at: 40, min: 1, max: 1, avg: 1, last: 1, count: 1 }]);
  });

  it('removes what is too old, in steps', () => {
    for (let round = 0; round < 12; round += 1) {
      db().record(Array.from({ length: 1000 }, (_, n) => sample(round * 1000 + n, '1', n % 2 === 0 ? 'a' : 'b')));
    }
    let steps = 0;
    let deleted = 0;
    for (let more = true; more; steps += 1) {
      const step = db().prune({ before: T0 + 11_000, maxRows: 1_000_000 });
      deleted += step.deleted;
      more = step.more;
    }
    expect(deleted).toBe(11_000);
    expect(steps).toBeGreaterThan(1);
    expect(trend(0, 20_000, 1, 'a')[0]?.count).toBe(500);
  });

  it('removes the oldest when there are too many', () => {
    db().record(Array.from({ length: 3000 }, (_, n) => sample(n, String(n), n % 2 === 0 ? 'a' : 'b')));
    for (let more = true; more; ) more = db().prune({ before: 0, maxRows: 1000 }).more;
    const left = [...trend(0, 5000, 1, 'a'), ...trend(0, 5000, 1, 'b')];
    const count = left.reduce((sum, point) => sum + point.count, 0);
    expect(count).toBeLessThanOrEqual(1000);
    expect(count).toBeGreaterThan(900);
    expect(left.map((point) => point.max)).toEqual([2998, 2999]);
  });
});
