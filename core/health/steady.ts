import type { ClockTrust } from '../contract/message.ts';
import type { SteadyTime } from '../store/spool.ts';
import type { Elapsed } from './elapsed.ts';
import type { Machine } from './machine.ts';
import { type Anchor, missed, offTime } from './off-time.ts';

/** Time that only moves forward, over restarts too. In a run it follows elapsed time alone, whatever the wall clock does. */
export interface Steady {
  now(): number;
  restore(figures: Readonly<Record<string, number>>): void;
  /** Counts the time off. True where it was measured by the machine's own uptime and so is exact. */
  resume(last: SteadyTime | null, wallMs: number, trust: ClockTrust): boolean;
  /** The right time is known now. Adds what was not counted of the time off, once in a run; gives the ms added. */
  know(rightWallMs: number): number;
  /** A wall time that has certainly passed; null: none. */
  anchorWallMs(): number | null;
  /** What a clock would show now that had stood at the last commit's time and has run with steady time since; null: never set. */
  wallSinceLast(): number | null;
  /** `rightWallMs`: null where the time is not known. */
  save(rightWallMs: number | null): Record<string, number>;
}

type Figures = Readonly<Record<string, number>>;
const KEYS = ['run', 'up', 'steady', 'anchor-steady', 'anchor-wall'] as const;
type Key = (typeof KEYS)[number];

export function createSteady(elapsed: Elapsed, machine: Machine | null): Steady {
  let base = -elapsed.now();
  let saved: Readonly<Partial<Record<Key, number>>> = {};
  let anchor: Anchor | null = null;
  let last: SteadyTime | null = null;
  let resumed = false;
  let caughtUp = false;
  const now = (): number => base + elapsed.now();

  function forwardTo(steadyMs: number): void {
    if (steadyMs > now()) base = steadyMs - elapsed.now();
  }
  /** Steady time by the machine's uptime; null: it was switched off in between, or does not tell. */
  function byUptime(): number | null {
    const { run, up, steady } = saved;
    if (!machine || run !== machine.run || up === undefined || steady === undefined) return null;
    const passed = machine.upMs() - up;
    return passed >= 0 ? steady + passed : null;
  }
  return {
    now,
    restore(figures: Figures) {
      saved = Object.fromEntries(
        KEYS.map((key) => [key, figures[`time/${key}`]] as const).filter(([, value]) => Number.isFinite(value)),
      );
      const { 'anchor-steady': steadyMs, 'anchor-wall': wallMs } = saved;
      anchor = steadyMs === undefined || wallMs === undefined ? null : { steadyMs, wallMs };
    },
    resume(before, wallMs, trust) {
      const usable = before && Number.isFinite(before.steadyMs) && Number.isFinite(before.wallMs) ? before : null;
      last = usable;
      if (usable?.trust === 'synced') anchor = usable;
      resumed = true;
      forwardTo(Math.max(usable?.steadyMs ?? 0, saved.steady ?? 0));
      const exact = byUptime();
      // Nothing was missing then, and nothing is since: a clock that now says otherwise has no part in it.
      caughtUp = exact !== null && usable?.trust === 'synced';
      if (exact !== null) forwardTo(exact);
      else if (usable) forwardTo(usable.steadyMs + offTime(usable, wallMs, trust));
      return exact !== null;
    },
    know(rightWallMs) {
      if (!resumed || caughtUp) return 0;
      caughtUp = true;
      const added = anchor ? missed(anchor, rightWallMs, now()) : 0;
      forwardTo(now() + added);
      return added;
    },
    anchorWallMs: () => anchor?.wallMs ?? null,
    wallSinceLast: () => (last === null || last.trust === 'never' ? null : last.wallMs + now() - last.steadyMs),
    save(rightWallMs) {
      if (rightWallMs !== null) anchor = { steadyMs: now(), wallMs: rightWallMs };
      return {
        ...(machine ? { 'time/run': machine.run, 'time/up': machine.upMs() } : {}),
        'time/steady': now(),
        ...(anchor ? { 'time/anchor-steady': anchor.steadyMs, 'time/anchor-wall': anchor.wallMs } : {}),
      };
    },
  };
}
