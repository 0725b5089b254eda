import { describe, expect, it } from 'vitest';
import { createBooks, sumBooks } from '../../../core/router/books.ts';
import { readingDrafts } from '../../../core/router/reading-drafts.ts';

describe('books', () => {
  it('balance while in = out + waiting + dropped, and say when they do not', () => {
    const books = createBooks();
    books.entered(5);
    books.left(2);
    books.dropped('queue-full');
    books.dropped('queue-full');
    expect(books.view(1)).toEqual({ in: 5, out: 2, waiting: 1, dropped: { 'queue-full': 2 }, balanced: true });
    expect(books.view(0).balanced).toBe(false);
  });

  it('are added hop by hop; one that does not balance shows in the sum', () => {
    const one = createBooks();
    one.entered(3);
    one.left(3);
    const other = createBooks();
    other.entered(2);
    other.dropped('stopping');
    expect(sumBooks([one.view(0), other.view(1)])).toEqual({
      in: 5,
      out: 3,
      waiting: 1,
      dropped: { stopping: 1 },
      balanced: true,
    });
    expect(sumBooks([one.view(1), other.view(0)]).balanced).toBe(false);
  });
});

const device = { id: 'meter', points: [{ name: 'power', unit: 'W' }, { name: 'state' }] };
const batch = {
  sampledAt: 1234,
  readings: [
    { point: 'power', value: 7.5, quality: 'good' as const },
    { point: 'state', value: null, quality: 'bad' as const, note: 'exception 2' },
  ],
};
const json = (payload: Uint8Array): unknown => JSON.parse(Buffer.from(payload).toString());

describe('readingDrafts', () => {
  it('makes one message for each point, with unit, quality and time', () => {
    const drafts = readingDrafts({ ...device, publish: 'points' }, batch);
    expect(drafts.map((one) => one.topic)).toEqual(['devices/meter/power', 'devices/meter/state']);
    expect(drafts.map((one) => json(one.payload))).toEqual([
      { value: 7.5, unit: 'W', quality: 'good', at: 1234 },
      { value: null, quality: 'bad', note: 'exception 2', at: 1234 },
    ]);
    expect(drafts[0]).toMatchObject({ qos: 1, retain: false, source: { kind: 'device', id: 'meter' } });
  });

  it('makes one message for what belongs together; what is bad stands apart with its reason', () => {
    const [draft, ...more] = readingDrafts({ ...device, publish: 'record' }, batch);
    expect(more).toEqual([]);
    expect(draft?.topic).toBe('devices/meter');
    expect(draft && json(draft.payload)).toEqual({ at: 1234, values: { power: 7.5 }, bad: { state: 'exception 2' } });
    const [good] = readingDrafts({ ...device, publish: 'record' }, { ...batch, readings: batch.readings.slice(0, 1) });
    expect(good && json(good.payload)).toEqual({ at: 1234, values: { power: 7.5 } });
  });

  it('says of what is of the past that it is', () => {
    const past = { readings: batch.readings.slice(0, 1), sampledAt: 5, past: true } as const;
    const read = (publish: 'points' | 'record') =>
      readingDrafts({ ...device, publish }, past).map(({ payload }) => json(payload));
    expect(read('points')).toEqual([{ value: 7.5, unit: 'W', quality: 'good', at: 5, past: true }]);
    expect(read('record')).toEqual([{ at: 5, values: { power: 7.5 }, past: true }]);
  });
});
