import { emptyStream } from '../../../core/gateway/outbox-view.ts';
import type { SpoolStats, StreamStats } from '../../../core/store/spool.ts';

export const streamStats = (name: string, more: Partial<StreamStats> = {}): StreamStats => ({ ...emptyStream(name), ...more });

/** The figures of a spool with these streams: their sums. */
export function spoolStats(streams: readonly StreamStats[], more: Partial<SpoolStats> = {}): SpoolStats {
  const sum = (pick: (one: StreamStats) => number): number => streams.reduce((all, one) => all + pick(one), 0);
  const dropped: Record<string, number> = {};
  for (const one of streams)
    for (const [reason, count] of Object.entries(one.dropped)) dropped[reason] = (dropped[reason] ?? 0) + count;
  return {
    count: sum((one) => one.count),
    bytes: sum((one) => one.bytes),
    oldestAt: null,
    oldestKeptAt: null,
    appended: sum((one) => one.appended),
    appendedBytes: sum((one) => one.appendedBytes),
    acknowledged: sum((one) => one.acknowledged),
    dropped,
    deadLettered: sum((one) => one.deadLettered),
    streams,
    short: null,
    deadLetters: { held: 0, bytes: 0, buried: 0, retried: 0, discarded: 0, evicted: 0 },
    ...more,
  };
}

/** Figures in memory, in the place of the store's. */
export function memoryFigures(saved: Record<string, number> = {}) {
  function save(figures: Readonly<Record<string, number | null>>): void {
    for (const [key, value] of Object.entries(figures)) {
      if (value === null) delete saved[key];
      else saved[key] = value;
    }
  }
  return { saved, load: async () => ({ ...saved }), save, commit: async (figures: Parameters<typeof save>[0]) => save(figures) };
}
