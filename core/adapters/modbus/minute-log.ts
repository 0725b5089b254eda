import type { BusMinuteView } from '../../contract/field-views.ts';
import { RESPONSE_EDGES_MS } from '../../contract/response-edges.ts';

const COUNTED = ['requests', 'timeouts', 'crcErrors', 'framingErrors', 'lateAnswers'] as const;
export type MinuteCount = (typeof COUNTED)[number];

/** Figures minute by minute, the newest hours of them; minutes in which nothing was asked are left out. */
export interface MinuteLog {
  count(what: MinuteCount): void;
  answered(ms: number): void;
  /** Oldest first. */
  minutes(): BusMinuteView[];
}

const KEEP_MINUTES = 240;
const MINUTE_MS = 60_000;
const CLASSES = RESPONSE_EDGES_MS.length + 1;

/** The class of a response time in the histogram of a unit. */
export const responseClass = (ms: number): number => {
  const found = RESPONSE_EDGES_MS.findIndex((edge) => ms <= edge);
  return found === -1 ? RESPONSE_EDGES_MS.length : found;
};

/** The upper border of the class that holds the share `q` of all; above the last one, `most`. */
export function classQuantile(counts: ArrayLike<number>, q: number, most: number): number {
  let left = q * Array.from(counts).reduce((sum, count) => sum + count, 0);
  if (left === 0) return 0;
  for (let at = 0; at < counts.length; at += 1) {
    left -= counts[at] ?? 0;
    if (left <= 0) return Math.min(RESPONSE_EDGES_MS[at] ?? most, most);
  }
  return most;
}

/** `wallNow` in ms: minutes are those of the wall clock, as people read them. */
export function createMinuteLog(wallNow: () => number): MinuteLog {
  let kept: BusMinuteView[] = [];
  let at = -1;
  let counts: Record<MinuteCount, number> = { requests: 0, timeouts: 0, crcErrors: 0, framingErrors: 0, lateAnswers: 0 };
  let classes = new Uint32Array(CLASSES);
  let most = 0;

  const current = (): BusMinuteView => ({ at: at * MINUTE_MS, ...counts, p95Ms: classQuantile(classes, 0.95, most) });
  const used = (): boolean => COUNTED.some((what) => counts[what] > 0);

  function roll(): void {
    const minute = Math.floor(wallNow() / MINUTE_MS);
    if (minute === at) return;
    if (used()) kept = [...kept, current()].slice(-KEEP_MINUTES);
    at = minute;
    counts = { requests: 0, timeouts: 0, crcErrors: 0, framingErrors: 0, lateAnswers: 0 };
    classes = new Uint32Array(CLASSES);
    most = 0;
  }
  return {
    count(what) {
      roll();
      counts[what] += 1;
    },
    answered(ms) {
      roll();
      const of = responseClass(ms);
      classes[of] = (classes[of] ?? 0) + 1;
      most = Math.max(most, ms);
    },
    minutes() {
      roll();
      return used() ? [...kept, current()] : kept;
    },
  };
}
