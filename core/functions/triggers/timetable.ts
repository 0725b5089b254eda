import { Cron } from 'croner';
import type { ScheduleConfig } from '../../contract/document/schedules.ts';
import type { Timetable } from './scheduler.ts';

const SECOND_MS = 1000;

/** Nothing runs: without a function Croner makes no timer. */
const openCron = (pattern: string, timezone: string): Cron => new Cron(pattern, { timezone, paused: true, mode: '5-or-6-parts' });

/** What is wrong with a pattern, in words; null where it is good. */
export function cronFault(pattern: string, timeZone: string): string | null {
  const fields = pattern.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) return `it has ${fields} field(s); a pattern has five (minute first) or six (second first)`;
  try {
    openCron(pattern, timeZone);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : String(cause);
  }
}

function createCronTimetable(pattern: string, timeZone: string): Timetable {
  const cron = openCron(pattern, timeZone);
  const next = (after: number): number | null => cron.nextRun(new Date(after))?.getTime() ?? null;
  /** A due time near the end of the span to begin with, so that not all of a long one is gone through. */
  function near(from: number, to: number): number {
    const end = Math.floor(to / SECOND_MS) * SECOND_MS;
    const [before] = cron.previousRuns(1, new Date(end));
    return before && before.getTime() > from ? before.getTime() : from;
  }
  return {
    next,
    countBetween(from, to, most) {
      let count = 0;
      for (let due = next(from); due !== null && due <= to && count < most; due = next(due)) count += 1;
      return count;
    },
    latest(from, to) {
      const start = near(from, to);
      let found = start > from ? start : null;
      for (let due = next(start); due !== null && due <= to; due = next(due)) found = due;
      return found;
    },
  };
}

/** Due times of an interval: it is asked with a due time (or the time at which it began), so that it keeps its grid. */
function createIntervalTimetable(everyMs: number): Timetable {
  const count = (from: number, to: number): number => Math.max(0, Math.floor((to - from) / everyMs));
  return {
    next: (after) => after + everyMs,
    countBetween: (from, to, most) => Math.min(most, count(from, to)),
    latest: (from, to) => (count(from, to) === 0 ? null : from + count(from, to) * everyMs),
  };
}

/** The pattern must have been checked with `cronFault`; throws what Croner throws for a wrong one. */
export const createTimetable = (config: ScheduleConfig): Timetable =>
  'cron' in config ? createCronTimetable(config.cron, config.timeZone) : createIntervalTimetable(config.everyMs);

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `0 3 * * * (Europe/Berlin)`, `every 15 s`. */
export function ruleText(config: ScheduleConfig): string {
  if ('cron' in config) return `${config.cron.trim()} (${config.timeZone})`;
  const [size, unit] = UNITS.find(([ms]) => config.everyMs % ms === 0) ?? [1, 'ms'];
  return `every ${config.everyMs / size} ${unit}`;
}
