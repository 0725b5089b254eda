import { z } from 'zod';
import { Id } from './common.ts';

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** What happens with runs that were missed while the gateway was off or its clock was not set. */
export const MissedRuns = z.enum(['skip', 'once', 'all']);

const common = {
  id: Id,
  /** The event; left out: `{"schedule": id, "due": ISO time, "missed": n}`. */
  payload: z.json().optional(),
  missed: MissedRuns.default('once'),
  enabled: z.boolean().default(true),
};

export const Schedule = z.union([
  z.strictObject({
    ...common,
    /** Five fields (minute first) or six (second first); the pattern itself is checked with the document. */
    cron: z.string().min(9).max(100),
    /** IANA name; the machine's own zone is never used, it may be set wrongly. */
    timeZone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as "Europe/Berlin" or "UTC"').default('UTC'),
  }),
  z.strictObject({
    ...common,
    everyMs: z.number().int().min(100, 'must be at least 100 ms').max(31_536_000_000, 'must be at most a year'),
  }),
]);
export type ScheduleConfig = z.infer<typeof Schedule>;
