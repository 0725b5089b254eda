import { z } from 'zod';
import type { Logger } from '../../base/log.ts';
import type { FunctionState } from '../../store/function-state.ts';

/** Whose values these are in the function state: no function's name begins so. */
export const BOOK_OWNER = '$schedules';
const MOST = 10_000;

const Kept = z.object({
  /** Another rule is another schedule. */
  rule: z.string(),
  /** Everything up to here is done: wall ms for cron, steady ms for intervals. */
  done: z.number(),
  lastAt: z.number().nullable(),
  runs: z.number(),
  missed: z.number(),
});
export type KeptSchedule = z.infer<typeof Kept>;

/** What is known of schedules beyond this start of the gateway. */
export interface ScheduleBook {
  /** Reads all. Rejects with a `store/*`. */
  load(): Promise<void>;
  get(key: string): KeptSchedule | null;
  /** Resolves when it is on disk, or could not be kept: that is logged, and must not stop a schedule. */
  put(key: string, kept: KeptSchedule): Promise<void>;
  forget(key: string): void;
  /** Schedules that are kept, by key. */
  keys(): readonly string[];
}

const keyOf = (key: string): string => `last/${key}`;

function parse(json: string): KeptSchedule | null {
  try {
    return Kept.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

export function createScheduleBook(deps: { readonly state: FunctionState; readonly log: Logger }): ScheduleBook {
  const { state, log } = deps;
  const kept = new Map<string, KeptSchedule>();
  async function write(key: string, json: string | null): Promise<void> {
    try {
      await state.set(BOOK_OWNER, keyOf(key), json, null);
    } catch (cause) {
      log.warn('schedule.not-kept', { schedule: key, cause });
    }
  }
  return {
    async load() {
      for (const key of await state.keys(BOOK_OWNER, keyOf(''), MOST)) {
        const found = await state.get(BOOK_OWNER, key);
        const one = found && parse(found.json);
        if (one) kept.set(key.slice(keyOf('').length), one);
        else log.warn('schedule.unreadable', { schedule: key });
      }
    },
    get: (key) => kept.get(key) ?? null,
    put(key, one) {
      kept.set(key, one);
      return write(key, JSON.stringify(one));
    },
    forget(key) {
      if (kept.delete(key)) void write(key, null);
    },
    keys: () => [...kept.keys()],
  };
}
