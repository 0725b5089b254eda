import { describe, expect, it } from 'vitest';
import { createBreaker, DEFAULT_BREAKER } from '../../../../core/adapters/modbus/breaker.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const never = new AbortController().signal;

function setUp(rules: Partial<typeof DEFAULT_BREAKER> = {}) {
  const clock = createManualClock();
  const changes: boolean[] = [];
  const breaker = createBreaker({
    clock,
    random: () => 1,
    rules: { ...DEFAULT_BREAKER, ...rules },
    changed: (parked) => void changes.push(parked),
  });
  return { clock, breaker, changes };
}

describe('the breaker of a unit', () => {
  it('parks after so many misses in a row', () => {
    const { breaker, changes } = setUp();
    breaker.missed();
    breaker.missed();
    breaker.answered();
    breaker.missed();
    breaker.missed();
    expect(breaker.parked).toBe(false);
    breaker.missed();
    expect([breaker.parked, changes]).toEqual([true, [true]]);
  });
  it('probes after 1, 2, 4 s and so on, at most every 30 s', async () => {
    const { clock, breaker } = setUp();
    for (let i = 0; i < 3; i += 1) breaker.missed();
    const probes: number[] = [];
    void (async () => {
      while (true) {
        expect(await breaker.turn(never)).toBe('probe');
        probes.push(clock.monotonic() / 1000);
        breaker.missed();
      }
    })();
    await clock.advance(130_000);
    expect(probes).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
  });
  it('lets one of those who wait probe, and all go on when it answers', async () => {
    const { clock, breaker, changes } = setUp();
    for (let i = 0; i < 3; i += 1) breaker.missed();
    const turns: string[] = [];
    for (let i = 0; i < 3; i += 1) void breaker.turn(never).then((turn) => turns.push(turn));
    await clock.advance(1000);
    expect(turns).toEqual(['probe']);
    breaker.answered();
    await clock.advance(0);
    expect(turns).toEqual(['probe', 'poll', 'poll']);
    expect([changes, breaker.nextProbeAt, clock.pending]).toEqual([[true, false], undefined, 0]);
  });
  it('can be told to probe now, and waits for nobody who has gone', async () => {
    const { clock, breaker } = setUp();
    for (let i = 0; i < 3; i += 1) breaker.missed();
    const gone = new AbortController();
    const waiting = breaker.turn(gone.signal);
    waiting.catch(() => {});
    await clock.advance(1);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
    const turn = breaker.turn(never);
    await clock.advance(1);
    breaker.probeNow();
    expect(await turn).toBe('probe');
  });
  it('takes other rules while it runs', async () => {
    const { breaker } = setUp();
    breaker.missed();
    breaker.configure({ ...DEFAULT_BREAKER, after: 2 });
    breaker.missed();
    expect(breaker.parked).toBe(true);
    breaker.configure({ ...DEFAULT_BREAKER, enabled: false });
    expect([breaker.parked, await breaker.turn(never)]).toEqual([false, 'poll']);
  });
  it('never parks where it is switched off', async () => {
    const { breaker } = setUp({ enabled: false });
    for (let i = 0; i < 100; i += 1) breaker.missed();
    expect([breaker.parked, await breaker.turn(never)]).toEqual([false, 'poll']);
  });
  it('waits for nobody who leaves in the moment in which he is woken', async () => {
    const { breaker } = setUp();
    for (let i = 0; i < 3; i += 1) breaker.missed();
    const life = new AbortController();
    const turns = [breaker.turn(never), breaker.turn(life.signal)];
    breaker.probeNow();
    life.abort(new Error('gone'));
    expect(await Promise.allSettled(turns)).toMatchObject([{ value: 'probe' }, { reason: { message: 'gone' } }]);
  });
});
