import { describe, expect, it } from 'vitest';
import { aboutSpan, sourceWords } from '../../../renderer/text/outbox-words.ts';
import { lifeWords } from '../../../renderer/text/storage.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GB = 1_000_000_000;

describe('words of the outbox', () => {
  it.each([
    [41.9 * DAY, '41 days'],
    [47.9 * HOUR, '47 hours'],
    [119 * 60_000, '119 minutes'],
    [30_000, '0 minutes'],
    [3.5 * 365 * DAY, '3 years'],
    [-5, '0 minutes'],
  ])('%d ms are about %s', (ms, words) => {
    expect(aboutSpan(ms)).toBe(words);
  });

  it('says sources as a technician does', () => {
    expect(sourceWords('device:meter')).toBe('device meter');
    expect(sourceWords('cloud')).toBe('cloud');
  });
});

describe('what written bytes mean for a flash disk', () => {
  const wear = {
    writtenTodayBytes: 0,
    writtenPerDayBytes: 1_200_000_000,
    days: [{ day: '2026-11-22', bytes: 1 }],
    years: 219,
    cycles: 3000,
  };
  it.each([
    [wear, 'At 1.2 GB a day a 32 GB disk of 3,000 cycles lasts more than 20 years.'],
    [{ ...wear, years: 7.9 }, 'At 1.2 GB a day a 32 GB disk of 3,000 cycles lasts about 7 years.'],
    [{ ...wear, years: 0.5 }, 'At 1.2 GB a day a 32 GB disk of 3,000 cycles lasts about 182 days.'],
    [{ ...wear, years: null }, 'Too little was seen yet to say what that means for a flash disk.'],
    [
      { ...wear, writtenPerDayBytes: null, days: [], years: null },
      'Nothing was counted yet. Where the system does not count what is written, as on Windows, this stays unknown.',
    ],
  ])('%#', (figures, sentence) => {
    expect(lifeWords(figures, 32 * GB)).toBe(sentence);
  });

  it('says so where the size of the disk is not known', () => {
    expect(lifeWords({ ...wear, years: null }, null)).toContain('The size of the disk is not known');
  });
});
