import type { Clock } from '../../base/clock.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { LimitsConfig } from '../../contract/document/points.ts';
import type { Reading, ReadingBatch } from '../../contract/reading.ts';
import { type LimitBand, limitBand } from './limits.ts';

/** Lets through what is worth a message. */
export interface DeadBand {
  /** What is to be published of a batch; undefined: nothing. The same batch where all of it is. */
  filter(batch: ReadingBatch): ReadingBatch | undefined;
}

interface Kept {
  readonly deadband: number;
  readonly atLeastEveryMs: number | undefined;
  readonly limits: LimitsConfig | undefined;
  last: Reading | undefined;
  lastAt: number;
  band: LimitBand | null;
}

/** A change of quality, of its reason or of the kind of value always passes. */
function isSmall({ deadband }: Kept, last: Reading, next: Reading): boolean {
  if (last.quality !== next.quality || last.note !== next.note) return false;
  if (typeof last.value === 'number' && typeof next.value === 'number') return Math.abs(next.value - last.value) < deadband;
  return last.value === next.value;
}

/**
 * Dead-bands of a device's points: a reading passes when it differs from the one that passed last by at least the dead-band, when it
 * crosses a limit, when its quality changes, or when `atLeastEveryMs` is over. Points without a dead-band pass always. What is published
 * as one record passes as one.
 */
export function createDeadBand(clock: Clock, config: Pick<DeviceConfig, 'points' | 'publish'>): DeadBand {
  const points = new Map<string, Kept>();
  for (const { name, deadband, atLeastEveryMs, limits } of config.points) {
    if (deadband !== undefined) points.set(name, { deadband, atLeastEveryMs, limits, last: undefined, lastAt: 0, band: null });
  }

  function passes(reading: Reading, now: number): boolean {
    const kept = points.get(reading.point);
    if (!kept?.last) return true;
    if (kept.atLeastEveryMs !== undefined && now - kept.lastAt >= kept.atLeastEveryMs) return true;
    if (!isSmall(kept, kept.last, reading)) return true;
    return bandOf(kept, reading) !== kept.band;
  }
  function bandOf({ limits, band }: Kept, { value, quality }: Reading): LimitBand | null {
    return limits && typeof value === 'number' && quality === 'good' ? limitBand(limits, value, band) : band;
  }
  function passed(reading: Reading, now: number): void {
    const kept = points.get(reading.point);
    if (!kept) return;
    kept.band = bandOf(kept, reading);
    kept.last = reading;
    kept.lastAt = now;
  }

  return {
    filter(batch) {
      if (points.size === 0) return batch;
      const now = clock.monotonic();
      const through = batch.readings.filter((reading) => passes(reading, now));
      if (through.length === 0) return undefined;
      const readings = config.publish === 'record' || through.length === batch.readings.length ? batch.readings : through;
      for (const reading of readings) passed(reading, now);
      return readings === batch.readings ? batch : { ...batch, readings };
    },
  };
}
