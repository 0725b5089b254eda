import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createSystemHealth } from '../../../core/health/system.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

describe('the system’s health', () => {
  it('is sampled at the start and every two seconds until it is stopped', async () => {
    const clock = createManualClock();
    const health = createSystemHealth({ clock, dataDir: tmpdir() });
    expect(health.view()).toMatchObject({ rssBytes: 0, diskFreeBytes: null });
    await health.start(new AbortController().signal);
    const first = health.view();
    expect(first.rssBytes).toBeGreaterThan(1_000_000);
    expect(first.diskTotalBytes).toBeGreaterThan(0);
    expect(first.loopLagP99Ms).toBeGreaterThanOrEqual(0);
    for (const value of Object.values(first)) expect(value === null || Number.isFinite(value)).toBe(true);
    await clock.advance(2000);
    await new Promise((resolve) => setImmediate(resolve));
    await health.stop();
    expect(clock.pending).toBe(0);
    await health.stop();
  });

  it('goes without the disk’s figures where the folder is missing', async () => {
    const health = createSystemHealth({ clock: createManualClock(), dataDir: '/not/there' });
    await health.start(new AbortController().signal);
    expect(health.view().diskFreeBytes).toBeNull();
    await health.stop();
  });

  it('does not start when it is not wanted any more', async () => {
    const clock = createManualClock();
    await expect(createSystemHealth({ clock, dataDir: tmpdir() }).start(AbortSignal.abort())).rejects.toThrow();
    expect(clock.pending).toBe(0);
  });
});
