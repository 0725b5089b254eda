import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleConfig } from '../../../../core/contract/document/schedules.ts';
import { createTimetable, cronFault, ruleText } from '../../../../core/functions/triggers/timetable.ts';

const cron = (pattern: string, timeZone = 'UTC'): ScheduleConfig => ({
  id: 'x',
  cron: pattern,
  timeZone,
  missed: 'once',
  enabled: true,
});
const every = (everyMs: number): ScheduleConfig => ({ id: 'x', everyMs, missed: 'once', enabled: true });
const at = (text: string): number => Date.parse(text);

function dues(config: ScheduleConfig, from: string, to: string): string[] {
  const timetable = createTimetable(config);
  const found: string[] = [];
  for (let due = timetable.next(at(from)); due !== null && due <= at(to); due = timetable.next(due))
    found.push(new Date(due).toISOString());
  return found;
}

describe('a cron timetable', () => {
  it.each([
    // The hour from 2 to 3 does not exist: one run, after the gap.
    [
      'Europe/Berlin',
      '30 2 * * *',
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'America/New_York',
      '30 2 * * *',
      '2026-03-07T12:00Z',
      '2026-03-09T12:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      'Australia/Lord_Howe',
      '15 2 * * *',
      '2026-10-03T00:00Z',
      '2026-10-05T00:00Z',
      ['2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
    ],
    // The hour from 2 to 3 comes twice: one run.
    [
      'Europe/Berlin',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'America/New_York',
      '30 1 * * *',
      '2026-10-31T12:00Z',
      '2026-11-02T12:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'Australia/Lord_Howe',
      '45 1 * * *',
      '2026-04-03T20:00Z',
      '2026-04-05T20:00Z',
      ['2026-04-04T14:45:00.000Z', '2026-04-05T15:15:00.000Z'],
    ],
  ])('%s, "%s": once a day where clocks change', (zone, pattern, from, to, expected) => {
    expect(dues(cron(pattern, zone), from, to)).toEqual(expected);
  });

  it('runs every hour of the long day, the doubled one too', () => {
    expect(dues(cron('0 * * * *', 'Europe/Berlin'), '2026-10-24T22:30Z', '2026-10-25T03:30Z')).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
  });

  it('takes six fields with the second first', () => {
    expect(dues(cron('*/20 0 12 * * *'), '2026-01-01T00:00Z', '2026-01-01T23:00Z')).toEqual([
      '2026-01-01T12:00:00.000Z',
      '2026-01-01T12:00:20.000Z',
      '2026-01-01T12:00:40.000Z',
    ]);
  });

  it('knows when nothing is ever due', () => {
    expect(createTimetable(cron('0 0 31 2 *')).next(0)).toBeNull();
    expect(createTimetable(cron('0 0 31 2 *')).latest(0, at('2026-01-01T00:00Z'))).toBeNull();
  });

  it.each(['0 3 * *', '0 0 0 1 1 * 2030', '@annually', '2024-01-01T00:00:00', '60 * * * *', 'a b c d e', '* * * 13 *'])(
    'says what is wrong with %s',
    (pattern) => {
      expect(cronFault(pattern, 'UTC')).toMatch(/field|Invalid value|illegal/);
    },
  );

  it.each(['0 3 * * *', '*/5 * * * * *', '0 0 L * *', '0 0 * * MON-FRI'])('takes %s', (pattern) => {
    expect(cronFault(pattern, 'Europe/Berlin')).toBeNull();
  });

  it('counts and finds the last as stepping through does', () => {
    const patterns = fc.constantFrom('*/7 * * * *', '30 2 * * *', '0 0 1 * *', '15 */5 * * 1-5', '*/13 * * * * *');
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    const span = fc.tuple(fc.integer({ min: 0, max: 31_536_000 }), fc.integer({ min: 0, max: 100_000 }));
    fc.assert(
      fc.property(patterns, zones, span, (pattern, zone, [from, length]) => {
        const timetable = createTimetable(cron(pattern, zone));
        const begin = at('2026-01-01T00:00Z') + from * 1000 + 1;
        const end = begin + length * 1000;
        let count = 0;
        let last: number | null = null;
        for (let due = timetable.next(begin); due !== null && due <= end && count < 300; due = timetable.next(due)) {
          expect(due).toBeGreaterThan(last ?? begin);
          last = due;
          count += 1;
        }
        expect(timetable.countBetween(begin, end, 300)).toBe(count);
        if (count < 300) expect(timetable.latest(begin, end)).toBe(last);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the last of years of minutes at once', () => {
    const latest = createTimetable(cron('* * * * *')).latest(0, at('2026-05-05T05:05:30Z'));
    expect(latest).toBe(at('2026-05-05T05:05:00Z'));
  });
});

describe('an interval', () => {
  it('keeps its grid', () => {
    const timetable = createTimetable(every(1000));
    expect([timetable.next(500), timetable.countBetween(500, 3499, 9), timetable.latest(500, 3499)]).toEqual([1500, 2, 2500]);
    expect([timetable.countBetween(500, 1499, 9), timetable.latest(500, 1499), timetable.latest(500, 0)]).toEqual([
      0,
      null,
      null,
    ]);
    expect(timetable.countBetween(0, 1e9, 100)).toBe(100);
  });
});

it('says a rule in words', () => {
  const rules = [
    cron('0 3 * * *', 'Europe/Berlin'),
    every(15_000),
    every(100),
    every(90_000),
    every(7_200_000),
    every(86_400_000),
  ];
  expect(rules.map(ruleText)).toEqual([
    '0 3 * * * (Europe/Berlin)',
    'every 15 s',
    'every 100 ms',
    'every 90 s',
    'every 2 h',
    'every 1 d',
  ]);
});
