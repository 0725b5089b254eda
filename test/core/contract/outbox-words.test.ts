import { describe, expect, it } from 'vitest';
import {
  limitBytes,
  limitSpan,
  ordinal,
  outboxPromise,
  type Promised,
  reasonWords,
  refusedWords,
  streamPromise,
} from '../../../core/contract/outbox-words.ts';
import type { DropReason } from '../../../core/store/spool.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GB = 1_000_000_000;

const plan = (more: Partial<Promised>): Promised => ({
  limits: { messages: null, bytes: null, ageMs: null },
  whenFull: 'drop-oldest',
  keepEvery: 10,
  order: 'oldest-first',
  batched: false,
  ...more,
});
const keeps = (ageMs: number | null, bytes: number | null, messages: number | null = null) => ({
  limits: { ageMs, bytes, messages },
});

describe('the promise of a stream', () => {
  it.each<[string, Promised]>([
    [
      'Kept until delivered, at most 7 days or 2 GB, then oldest dropped, order kept, duplicates possible.',
      plan(keeps(7 * DAY, 2 * GB)),
    ],
    ['Kept until delivered, at most 7 days, then oldest dropped, order kept, duplicates possible.', plan(keeps(7 * DAY, null))],
    ['Kept until delivered, at most 1.5 GB, then oldest dropped, order kept, duplicates possible.', plan(keeps(null, 1.5 * GB))],
    [
      'Kept until delivered, at most 36 hours, 2 GB or 10,000 messages, then oldest dropped, order kept, duplicates possible.',
      plan(keeps(36 * HOUR, 2 * GB, 10_000)),
    ],
    [
      'Kept until delivered, at most 1 message, then oldest dropped, order kept, duplicates possible.',
      plan(keeps(null, null, 1)),
    ],
    ['Kept until delivered, within the outbox’s limits, order kept, duplicates possible.', plan({})],
    [
      'Kept until delivered, within the outbox’s limits, order not kept, duplicates possible.',
      plan({ order: 'newest-first', whenFull: 'reject-newest' }),
    ],
    [
      'Kept until delivered, at most 2 GB, then new messages are refused and devices keep them, order kept, duplicates possible.',
      plan({ ...keeps(null, 2 * GB), whenFull: 'reject-newest' }),
    ],
    [
      'Kept until delivered, at most 7 days (older ones are dropped) or 2 GB, then new messages are refused and devices keep them, order kept, duplicates possible.',
      plan({ ...keeps(7 * DAY, 2 * GB), whenFull: 'reject-newest' }),
    ],
    [
      'Kept until delivered, at most 7 days, then oldest dropped, order kept, duplicates possible.',
      plan({ ...keeps(7 * DAY, null), whenFull: 'reject-newest' }),
    ],
    [
      'Kept until delivered, at most 500 MB, then thinned out to every 3rd message of a topic, order kept, duplicates possible.',
      plan({ ...keeps(null, 0.5 * GB), whenFull: 'thin-out', keepEvery: 3 }),
    ],
    [
      'Kept until delivered, at most 1 day (older ones are dropped) or 500 messages, then thinned out to every 10th message of a topic, order kept, duplicates possible.',
      plan({ ...keeps(DAY, null, 500), whenFull: 'thin-out' }),
    ],
    [
      'Kept until delivered, at most 1 day, then oldest dropped, order not kept, duplicates possible.',
      plan({ ...keeps(DAY, null), order: 'newest-first' }),
    ],
    [
      'Kept until delivered, at most 1 day, then oldest dropped, order kept per topic, duplicates possible.',
      plan({ ...keeps(DAY, null), batched: true }),
    ],
    [
      'Kept until delivered, at most 1 day, then oldest dropped, order not kept, duplicates possible.',
      plan({ ...keeps(DAY, null), batched: true, order: 'newest-first' }),
    ],
  ])('%s', (sentence, promised) => {
    expect(streamPromise(promised)).toBe(sentence);
  });

  it('is one complete sentence for every combination, and never says what does not hold', () => {
    for (const ageMs of [null, DAY])
      for (const bytes of [null, GB])
        for (const messages of [null, 5])
          for (const whenFull of ['drop-oldest', 'reject-newest', 'thin-out'] as const)
            for (const order of ['oldest-first', 'newest-first'] as const)
              for (const batched of [false, true]) {
                const sentence = streamPromise({ ...plan(keeps(ageMs, bytes, messages)), whenFull, order, batched });
                expect(sentence).toMatch(/^Kept until delivered, [^.]+, duplicates possible\.$/);
                expect(sentence).not.toMatch(/ {2}|,,|undefined|null/);
                expect(sentence.includes('order not kept')).toBe(order === 'newest-first');
                const hasSize = bytes !== null || messages !== null;
                expect(sentence.includes('refused')).toBe(whenFull === 'reject-newest' && hasSize);
                expect(sentence.includes('thinned')).toBe(whenFull === 'thin-out' && hasSize);
              }
  });
});

describe('the promise of the outbox', () => {
  it.each([
    [
      'Kept until delivered, all streams together at most 1 year (older ones are dropped) or 8.59 GB, then the oldest of the lowest priority dropped.',
      { ...keeps(365 * DAY, 8_589_934_592), whenFull: 'drop-lowest' as const },
    ],
    [
      'Kept until delivered, all streams together at most 8 GB, then thinned out, stream by stream.',
      { ...keeps(null, 8 * GB), whenFull: 'thin-out' as const },
    ],
    [
      'Kept until delivered, as long as the disk has room, then new messages are refused and devices keep them.',
      { ...keeps(null, null), whenFull: 'reject-newest' as const },
    ],
  ])('%s', (sentence, storage) => {
    expect(outboxPromise(storage)).toBe(sentence);
  });
});

describe('words of limits and losses', () => {
  it.each([
    [7 * DAY, '7 days'],
    [DAY, '1 day'],
    [36 * HOUR, '36 hours'],
    [HOUR, '1 hour'],
    [90 * 60_000, '90 minutes'],
    [3600, '3.6 seconds'],
    [365 * DAY, '1 year'],
    [1000, '1 second'],
  ])('a limit of %d ms is %s', (ms, words) => {
    expect(limitSpan(ms)).toBe(words);
  });

  it.each([
    [2 * GB, '2 GB'],
    [1_500_000, '1.5 MB'],
    [100_000_000, '100 MB'],
    [8_589_934_592, '8.59 GB'],
    [10_000_000, '10 MB'],
    [1024, '1.02 kB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(limitBytes(bytes)).toBe(words);
  });

  it('counts in English', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal).join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th');
  });

  it('says what a full stream has refused, and nothing where it has refused nothing', () => {
    expect([0, 1, 12_000].map(refusedWords)).toEqual([
      null,
      'Refused 1 message since the start, as it was full; repeats count.',
      'Refused 12,000 messages since the start, as it was full; repeats count.',
    ]);
  });

  it('says reasons as they stand after a count, and what an error code stands for', () => {
    expect(reasonWords('disk-room')).toBe('no room on the disk');
    expect(reasonWords('cloud/rejected')).toBe('The cloud refused the message for good.');
    expect(reasonWords('something-new')).toBe('something-new');
  });

  it.each<DropReason>(['expired', 'limit', 'thinned', 'disk-room', 'damaged'])('has words for %s', (reason) => {
    expect(reasonWords(reason)).not.toBe(reason);
  });
});
