import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildKeeper, DAY, enter, HOUR, leave, MINUTE, restart, SECOND, T0, YEAR } from './keeper-under-test.ts';

describe('trust', () => {
  it.each([
    ['a clock of 1970', 1000, null, 'never', ''],
    ['a clock that was set but not checked', T0, null, 'holding', ''],
    ['a system that says no', T0, false, 'holding', ''],
    ['a system that says yes', T0, true, 'synced', 'system'],
    ['a system that says yes in 1970', 1000, true, 'never', ''],
  ] as const)('%s', (_name, wallMs, synced, trust, by) => {
    const { time } = buildKeeper({ wallMs, synced });
    expect(time.trust()).toBe(trust);
    expect(time.view()).toMatchObject({ trust, by, jump: null, redated: 0 });
    expect(time.stamp()).toEqual({ wallMs, monoMs: 0, bootId: 'boot-1', trust });
  });

  it('comes with the cloud that agrees, lasts a day, and is held over then', async () => {
    const { time, clock, start } = buildKeeper();
    await start();
    time.heard(T0 + 1500, 1000);
    expect(time.view()).toMatchObject({ trust: 'synced', by: 'cloud', aheadMs: 0 });
    await clock.advance(DAY - MINUTE);
    expect(time.trust()).toBe('synced');
    await clock.advance(2 * MINUTE);
    expect(time.trust()).toBe('holding');
    time.heard(clock.now(), 1000);
    expect(time.trust()).toBe('synced');
    await time.stop();
    expect(clock.pending).toBe(0);
  });

  it('falls when the cloud says that the clock is wrong, and the right time is known nevertheless', () => {
    const { time, clock, events } = buildKeeper();
    const stamp = time.stamp();
    time.heard(T0 + YEAR, 1000);
    expect(time.view()).toMatchObject({ trust: 'never', by: 'cloud', aheadMs: -YEAR });
    expect(time.redate(stamp)).toEqual({ wallMs: T0 + YEAR, redated: true });
    expect(time.life()).toMatchObject({ wallMs: T0 + YEAR, trust: 'synced' });
    expect(events()).toContain('time.cloud-disagrees');
    clock.jumpWall(YEAR);
    expect(time.trust()).toBe('synced');
  });

  it('goes on by the system where the cloud disagrees with it', () => {
    const { time } = buildKeeper({ synced: true });
    time.heard(T0 + YEAR, 1000);
    expect(time.view()).toMatchObject({ trust: 'synced', by: 'system', aheadMs: 0 });
  });

  it.each([Number.NaN, -1, 0, Number.POSITIVE_INFINITY])('a cloud that says %d is not heard', (wall) => {
    const { time } = buildKeeper();
    time.heard(wall, 1000);
    time.heard(T0, Number.NaN);
    time.heard(T0, -5);
    time.heard(T0, YEAR);
    expect(Number.isFinite(time.life().wallMs)).toBe(true);
    expect(time.redate({ wallMs: 5, monoMs: 5, bootId: 'other', trust: 'never' }).redated).toBe(false);
  });

  it('is told to listeners once for each change', async () => {
    const { time, clock, sync, start } = buildKeeper({ wallMs: 1000 });
    const heard: string[] = [];
    time.onTrust((trust) => heard.push(trust));
    await start();
    await clock.advance(5 * SECOND);
    clock.jumpWall(T0);
    await clock.advance(2 * SECOND);
    sync.now = true;
    await clock.advance(5 * SECOND);
    expect(heard).toEqual(['holding', 'synced']);
  });
});

describe('a jump', () => {
  it.each([
    ['a year forward', YEAR],
    ['a year back', -YEAR],
    ['to 1970', -T0],
    ['by three seconds', 3 * SECOND],
  ])('%s is seen, told, and moves no steady time', async (_name, byMs) => {
    const { time, clock, start, events, sync } = buildKeeper({ synced: true });
    time.resume(null);
    await start();
    await clock.advance(10 * SECOND);
    clock.jumpWall(byMs);
    expect(time.trust()).not.toBe('synced');
    await clock.advance(10 * SECOND);
    expect(time.view().jump).toEqual({ byMs, at: T0 + 10 * SECOND + byMs });
    expect(events().filter((event) => event === 'time.jumped')).toHaveLength(1);
    expect([time.steady(), sync.forgotten]).toEqual([20 * SECOND, 1]);
    // The right time is still known from before.
    expect(time.life()).toEqual({ steadyMs: 20 * SECOND, wallMs: T0 + 20 * SECOND, trust: 'synced' });
    expect(time.retentionNow()).toBe(T0 + 20 * SECOND);
    const made = time.stamp();
    const shown = time.redate(made);
    expect(shown.wallMs).toBe(T0 + 20 * SECOND);
  });

  it('of less than two seconds is the system slewing', async () => {
    const { time, clock, start } = buildKeeper({ synced: true });
    await start();
    for (let i = 0; i < 30; i += 1) {
      clock.jumpWall(500);
      await clock.advance(SECOND);
    }
    expect(time.view()).toMatchObject({ trust: 'synced', jump: null });
  });

  it('back by hand ends the distrust without anybody’s word', () => {
    const { time, clock } = buildKeeper();
    time.heard(T0, 1000);
    clock.jumpWall(YEAR);
    expect(time.trust()).toBe('never');
    clock.jumpWall(-YEAR);
    expect(time.trust()).toBe('synced');
  });
});

describe('a machine that sleeps', () => {
  it('has slept, and its clock has not jumped', async () => {
    let asleep = 0;
    const machine = (clock: { monotonic(): number }) => ({ run: 1, upMs: () => clock.monotonic() + asleep });
    const { time, clock, start, events } = buildKeeper({ synced: true, machine });
    time.resume(null);
    const before = time.stamp();
    await start();
    await clock.advance(5 * SECOND);
    asleep += HOUR;
    clock.jumpWall(HOUR);
    await clock.advance(5 * SECOND);
    expect(time.view()).toMatchObject({ trust: 'synced', jump: null });
    expect([time.steady(), events().filter((one) => one.startsWith('time.slept')).length]).toEqual([HOUR + 10 * SECOND, 1]);
    expect(time.redate({ ...before, trust: 'holding' })).toEqual({ wallMs: T0, redated: false });
  });
});

describe('stamps that were made in the dark', () => {
  it('are dated when the clock is synchronised, and counted where they leave', async () => {
    const { time, clock, sync, start } = buildKeeper({ wallMs: 0 });
    await start();
    await clock.advance(MINUTE);
    const stamp = time.stamp();
    expect(time.redate(stamp)).toEqual({ wallMs: MINUTE, redated: false });
    await clock.advance(MINUTE);
    clock.jumpWall(T0);
    await clock.advance(SECOND);
    sync.now = true;
    await clock.advance(SECOND);
    expect(time.redate(stamp)).toEqual({ wallMs: T0 + MINUTE, redated: true });
    const right = time.stamp();
    expect(time.redate(right)).toEqual({ wallMs: right.wallMs, redated: false });
    time.countRedated(2);
    time.countRedated(1);
    expect(time.view().redated).toBe(3);
  });

  it('are dated by the next start too', async () => {
    const dark = buildKeeper({ wallMs: 0 });
    await dark.start();
    const stamp = dark.time.stamp();
    await dark.clock.advance(HOUR);
    dark.clock.jumpWall(T0);
    await dark.clock.advance(SECOND);
    dark.time.heard(dark.clock.now(), 0);
    const next = restart(dark, { wallMs: T0 + 30 * DAY, synced: true });
    expect(next.time.redate(stamp)).toEqual({ wallMs: T0, redated: true });
    const third = restart(next, { wallMs: T0 + 31 * DAY, synced: false, bootId: 'boot-3' });
    expect(third.time.redate(stamp)).toEqual({ wallMs: T0, redated: true });
  });

  it('of a start that never knew the time are dated where the machine was on all the while', async () => {
    let up = 5 * MINUTE;
    const on = (clock: { monotonic(): number }) => ({ run: 7, upMs: () => up + clock.monotonic() });
    const dark = buildKeeper({ wallMs: 0, machine: on });
    dark.time.resume(null);
    await dark.clock.advance(10 * SECOND);
    const stamp = dark.time.stamp();
    await dark.clock.advance(50 * SECOND);
    const left = leave(dark);
    up += MINUTE + 20 * SECOND; // a minute of the first start, and 20 s until it was started again
    const next = enter(left, { wallMs: 0, machine: on });
    expect(next.time.redate(stamp).redated).toBe(false);
    next.clock.jumpWall(T0);
    next.time.heard(T0, 0);
    expect(next.time.redate(stamp)).toEqual({ wallMs: T0 - MINUTE - 10 * SECOND, redated: true });
    const switchedOff = enter(left, { wallMs: T0, machine: () => ({ run: 8, upMs: () => 1000 }), synced: true });
    expect(switchedOff.time.redate(stamp)).toEqual({ wallMs: stamp.wallMs, redated: false });
  });

  it('are kept for fifty starts', () => {
    let last = buildKeeper({ bootId: 'b-0', synced: true });
    for (let i = 1; i <= 60; i += 1) last = restart(last, { bootId: `b-${i}`, synced: true, wallMs: T0 + i * DAY });
    const dated = (id: string) => last.time.redate({ wallMs: 5, monoMs: 5, bootId: id, trust: 'never' });
    expect(dated('b-5').redated).toBe(false);
    expect(dated('b-30')).toEqual({ wallMs: T0 + 30 * DAY + 5, redated: true });
  });
});

describe('steady time over a restart', () => {
  const lived = async (synced: boolean | null) => {
    const first = buildKeeper({ synced });
    first.time.resume(null);
    await first.clock.advance(DAY);
    return first;
  };

  it('counts the time off when both ends are sure', async () => {
    const next = restart(await lived(true), { wallMs: T0 + 41 * DAY, synced: true });
    expect(next.time.steady()).toBe(41 * DAY);
  });

  it('counts a day at most on trust, and the rest when the clock is checked', async () => {
    const next = restart(await lived(true), { wallMs: T0 + 41 * DAY });
    expect(next.time.steady()).toBe(2 * DAY);
    await next.clock.advance(HOUR);
    next.time.heard(T0 + 41 * DAY + HOUR, 1000);
    expect(next.time.steady()).toBe(41 * DAY + HOUR);
    next.clock.jumpWall(YEAR);
    next.time.heard(T0 + 41 * DAY + HOUR + YEAR, 1000);
    expect(next.time.steady()).toBe(41 * DAY + HOUR);
  });

  it('counts nothing from 1970, until the clock is set', async () => {
    const next = restart(await lived(true), { wallMs: 0 });
    expect([next.time.trust(), next.time.steady()]).toEqual(['never', DAY]);
    next.clock.jumpWall(T0 + 41 * DAY);
    next.time.heard(T0 + 41 * DAY, 0);
    expect(next.time.steady()).toBe(41 * DAY);
  });

  it('does not believe a clock that is behind what was certain', async () => {
    const next = restart(await lived(true), { wallMs: T0 - YEAR + 2 * 182 * DAY });
    expect([next.time.trust(), next.time.steady(), next.time.retentionNow()]).toEqual(['never', DAY, null]);
  });

  it.each([
    [YEAR, 2 * DAY],
    [-YEAR / 4, DAY],
  ])('is off by a day at most when an unchecked clock was set by %d ms while it was off', async (byMs, steady) => {
    const next = restart(await lived(null), { wallMs: T0 + DAY + byMs });
    expect(next.time.steady()).toBe(steady);
    expect(next.time.retentionNow()).toBeLessThanOrEqual(T0 + 2 * DAY);
  });

  it.each([null, true])(
    'is exact by the machine’s uptime, whatever the wall clock shows (the system says %s)',
    async (synced) => {
      let up = 0;
      const on = (clock: { monotonic(): number }) => ({ run: 7, upMs: () => up + clock.monotonic() });
      const first = buildKeeper({ machine: on, synced });
      first.time.resume(null);
      await first.clock.advance(HOUR);
      const left = leave(first);
      up += HOUR + MINUTE; // the first start's hour, and a minute off
      const next = enter(left, { wallMs: T0 + YEAR, machine: on, synced });
      expect(next.time.steady()).toBe(HOUR + MINUTE);
    },
  );

  it('never goes back, and is wrong by no more than was not counted', async () => {
    const leg = fc.record({
      runMs: fc.integer({ min: 0, max: 10 * DAY }),
      offMs: fc.integer({ min: 0, max: 60 * DAY }),
      /** How wrong the clock is after the start. */
      errorMs: fc.constantFrom(0, 0, YEAR, -YEAR, -T0, 3 * HOUR),
      checked: fc.boolean(),
      jumpMs: fc.constantFrom(0, 0, YEAR, -YEAR),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(leg, { minLength: 1, maxLength: 6 }), async (legs) => {
        let real = 0;
        let last = buildKeeper();
        last.time.resume(null);
        last.time.heard(T0, 0);
        for (const [i, one] of legs.entries()) {
          const before = last.time.steady();
          await last.clock.advance(one.runMs);
          last.clock.jumpWall(one.jumpMs);
          real += one.runMs + one.offMs;
          expect(last.time.steady()).toBe(before + one.runMs);
          const next = restart(last, { wallMs: Math.max(0, T0 + real + one.errorMs), bootId: `b-${i}` });
          expect(next.time.steady()).toBeGreaterThanOrEqual(before + one.runMs);
          // Ahead of the real time by a day at most for each start that nobody checked.
          expect(next.time.steady()).toBeLessThanOrEqual(real + (i + 1) * DAY + MINUTE);
          if (one.checked) {
            next.time.heard(T0 + real, 0);
            expect(next.time.steady()).toBeGreaterThanOrEqual(real);
          }
          last = next;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on where figures and last commit are damaged', () => {
    const { time } = buildKeeper();
    time.restore({ 'time/steady': Number.NaN, 'boot/x/wall': Number.NaN, 'boot//wall': 1, 'time/run': 3 });
    time.resume({ steadyMs: Number.NaN, wallMs: Number.NaN, trust: 'synced' });
    expect(Number.isFinite(time.steady())).toBe(true);
    const saved = Object.values(time.save());
    expect(saved.length).toBeGreaterThan(0);
    expect(saved.filter((value) => value !== null && !Number.isFinite(value))).toEqual([]);
  });
});
