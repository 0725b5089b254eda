import { type Backoff, createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';

export type BreakerRules = NonNullable<ModbusDeviceConfig['breaker']>;

/** One unit of a bus: asked in turn while it answers; parked when it does not, and probed less and less often until it answers again. */
export interface Breaker {
  readonly parked: boolean;
  /** Requests in a row without a usable answer. */
  readonly misses: number;
  /** While parked: monotonic time of the next probe. */
  readonly nextProbeAt: number | undefined;
  /** Something came that can only be from this unit, an exception too. */
  answered(): void;
  /** A request without a usable answer. */
  missed(): void;
  /** From now on these rules hold; the state stays, unless it is switched off. */
  configure(rules: BreakerRules): void;
  /** Makes the next probe due now. */
  probeNow(): void;
  /**
   * Waits until the unit may be asked: at once in its turn, or, while it is parked, when a probe is due; only one of those who wait is told
   * `probe`. Rejects with the signal's reason.
   */
  turn(signal: AbortSignal): Promise<'poll' | 'probe'>;
}

export const DEFAULT_BREAKER: BreakerRules = { enabled: true, after: 3, firstProbeMs: 1000, maxProbeMs: 30_000 };

export function createBreaker(deps: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly rules: BreakerRules;
  /** It was parked, or is asked in turn again. */
  readonly changed: (parked: boolean) => void;
}): Breaker {
  const { clock } = deps;
  const pauseOf = ({ firstProbeMs, maxProbeMs }: BreakerRules): Backoff =>
    createBackoff({ firstMs: firstProbeMs, maxMs: Math.max(firstProbeMs, maxProbeMs) }, deps.random);
  let { rules } = deps;
  let pause = pauseOf(rules);
  const wakes = createEmitter<void>();
  let misses = 0;
  let nextProbeAt: number | undefined;

  function park(): void {
    pause.reset();
    nextProbeAt = clock.monotonic() + pause.next();
    deps.changed(true);
  }

  /** Until the time has come, or something has changed. */
  function waitUntil(at: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        end();
        resolve();
      };
      const onAbort = (): void => {
        end();
        reject(signal.reason);
      };
      const cancel = clock.after(Math.max(0, at - clock.monotonic()), done);
      const stop = wakes.on(done);
      const end = (): void => {
        cancel();
        stop();
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  function unpark(): void {
    if (nextProbeAt === undefined) return;
    nextProbeAt = undefined;
    deps.changed(false);
    wakes.emit();
  }

  return {
    get parked() {
      return nextProbeAt !== undefined;
    },
    get misses() {
      return misses;
    },
    get nextProbeAt() {
      return nextProbeAt;
    },
    answered() {
      misses = 0;
      unpark();
    },
    missed() {
      misses += 1;
      if (rules.enabled && nextProbeAt === undefined && misses >= rules.after) park();
    },
    configure(next) {
      rules = next;
      pause = pauseOf(next);
      if (!next.enabled) unpark();
    },
    probeNow() {
      if (nextProbeAt === undefined) return;
      nextProbeAt = clock.monotonic();
      wakes.emit();
    },
    async turn(signal) {
      while (true) {
        signal.throwIfAborted();
        if (nextProbeAt === undefined) return 'poll';
        const now = clock.monotonic();
        if (now >= nextProbeAt) {
          nextProbeAt = now + pause.next(); // the next one's time, also where this one is never asked
          return 'probe';
        }
        await waitUntil(nextProbeAt, signal);
      }
    },
  };
}
