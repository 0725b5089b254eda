import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import type { Logger } from '../base/log.ts';
import { type Mark, markNow } from '../base/mark.ts';
import type { ClockTrust, Stamp } from '../contract/message.ts';
import { createBoots } from './boots.ts';
import { createElapsed } from './elapsed.ts';
import type { Machine } from './machine.ts';
import { AGREE_MS, EARLIEST_MS, type Judgement, judgeClock, type RightTime } from './right-time.ts';
import { createSteady } from './steady.ts';
import type { SystemSync } from './system-sync.ts';
import type { TimeKeeper } from './time.ts';

export interface TimeKeeperDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Different at every start of the gateway. */
  readonly bootId: string;
  readonly sync: SystemSync;
  readonly machine: Machine | null;
}

const LOOK_MS = 1000;
/** A greater step of the wall clock is a jump; smaller ones are the system slewing it. */
const JUMP_MS = 2000;
/** Two clocks are read one after the other; a process that was stopped in between would see a jump. */
const READ_WITHIN_MS = 500;
/** Nobody who tells the time is that vague. */
const MAX_WITHIN_MS = 3_600_000;

const TRUST_WORDS: Readonly<Record<ClockTrust, string>> = {
  synced: 'The clock of this machine is synchronised.',
  holding: 'The clock of this machine runs on, but nobody checks it.',
  never: 'The clock of this machine is not set right.',
};
const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;

/** The one place that knows how far the wall clock can be trusted, and what the right time is. See `TimeKeeper`. */
export function createTimeKeeper(deps: TimeKeeperDeps): TimeKeeper {
  const { clock, log, bootId, sync } = deps;
  const elapsed = createElapsed(clock, deps.machine);
  const boots = createBoots();
  const steady = createSteady(elapsed, deps.machine);
  const trusts = createEmitter<ClockTrust>((cause) => log.error('time.listener-failed', { cause }));
  let right: RightTime | null = null;
  /** Wall minus elapsed at the last look. */
  let zero = clock.now() - elapsed.now();
  function readZero(): number {
    for (let tries = 0; tries < 3; tries += 1) {
      const before = elapsed.now();
      const wallMs = clock.now();
      if (elapsed.now() - before < READ_WITHIN_MS) return wallMs - before;
    }
    return zero;
  }
  /** The same when the clock began to be held over; later jumps do not move it. */
  let heldZero = zero;
  let knownMs: number | null = null;
  let judged: Judgement = judgeClock(reading(false), null, null);
  let since: Mark = markNow(clock);
  let jump: { byMs: number; mark: Mark } | null = null;
  let redated = 0;
  let disagreed = false;
  let cancel = (): void => {};

  function reading(systemSays: boolean) {
    return { wallMs: clock.now(), elapsedMs: elapsed.now(), systemSays };
  }
  const rightNow = (): number | null => (right ? right.zeroMs + elapsed.now() : null);

  /** The time is known, for the first time in this start or anew. */
  function learn(next: RightTime): void {
    right = next;
    boots.setWall(bootId, next.zeroMs);
    // In this order: what is added for the time off came before the starts that were in the dark.
    boots.date(next.zeroMs + elapsed.now() - steady.now());
    const added = steady.know(next.zeroMs + elapsed.now());
    if (added < 1) return;
    const message = `The clock is known now: the gateway was off for ${seconds(added)} longer than it had counted.`;
    log.info('time.off-time-counted', { message, ms: Math.round(added) });
  }
  function judge(systemSays: boolean): void {
    const before = judged;
    judged = judgeClock(reading(systemSays), right, knownMs);
    if (judged.trust === before.trust) return;
    since = markNow(clock);
    if (judged.trust === 'holding') heldZero = zero;
    log.info('time.trust', { message: TRUST_WORDS[judged.trust], trust: judged.trust, was: before.trust, by: judged.by });
    trusts.emit(judged.trust);
  }
  function look(): void {
    const slept = elapsed.look();
    if (slept > 0) log.info('time.slept', { message: `This machine slept for ${seconds(slept)}.`, ms: Math.round(slept) });
    const seen = readZero();
    const step = seen - zero;
    zero = seen;
    if (Math.abs(step) > JUMP_MS) {
      sync.forget();
      jump = { byMs: Math.round(step), mark: markNow(clock) };
      const message = `The clock of this machine was set ${step > 0 ? 'forward' : 'back'} by ${seconds(step)}.`;
      log.warn('time.jumped', { message, byMs: Math.round(step), now: clock.now() });
    }
    void sync.refresh();
    const systemSays = sync.synced() === true && clock.now() >= EARLIEST_MS;
    if (systemSays) learn({ zeroMs: zero, withinMs: 0, by: 'system', toldAt: elapsed.now() });
    judge(systemSays);
  }
  /** A jump is seen by the first record after it, not up to a second later. */
  function notice(): void {
    if (Math.abs(clock.now() - elapsed.now() - zero) > JUMP_MS) look(); // which reads them again
  }
  look();

  function heard(wallMs: number, withinMs: number): void {
    if (!(wallMs >= EARLIEST_MS && wallMs < Number.POSITIVE_INFINITY && withinMs >= 0 && withinMs <= MAX_WITHIN_MS)) return;
    notice();
    const ahead = clock.now() - wallMs;
    const agrees = Math.abs(ahead) <= withinMs + AGREE_MS;
    if (!agrees && !disagreed) {
      const message = `By the cloud’s word the clock of this machine is ${seconds(ahead)} ${ahead > 0 ? 'ahead' : 'behind'}.`;
      log.warn('time.cloud-disagrees', { message, aheadMs: Math.round(ahead), trust: judged.trust, by: judged.by });
    }
    disagreed = !agrees;
    // The system's time servers know it better than a message that was under way.
    if (judged.trust === 'synced' && judged.by === 'system') return;
    const told = wallMs - elapsed.now();
    const known = right && Math.abs(right.zeroMs - told) <= withinMs + AGREE_MS ? right.zeroMs : told;
    learn({ zeroMs: agrees ? zero : known, withinMs, by: 'cloud', toldAt: elapsed.now() });
    judge(false);
  }
  function rightTimeOf(stamp: Stamp): number | undefined {
    if (stamp.trust === 'synced') return undefined;
    if (stamp.bootId !== bootId) {
      const at = boots.wallOf(stamp.bootId);
      return at === undefined ? undefined : at + stamp.monoMs;
    }
    const at = elapsed.at(stamp.monoMs);
    if (right) return right.zeroMs + at;
    // Somebody has set the clock by hand: better than 1970, and no reason to change what was held over.
    return stamp.trust === 'never' && judged.trust === 'holding' ? zero + at : undefined;
  }
  function calendarNow(): number | null {
    notice();
    const known = rightNow();
    if (known !== null) return known;
    if (judged.trust === 'never') return null;
    const held = heldZero + elapsed.now();
    return Math.min(held, steady.wallSinceLast() ?? held);
  }
  return {
    name: 'time',
    bootId,
    trust() {
      notice();
      return judged.trust;
    },
    steady: steady.now,
    stamp() {
      notice();
      return { wallMs: clock.now(), monoMs: clock.monotonic(), bootId, trust: judged.trust };
    },
    life() {
      const wallMs = rightNow();
      if (wallMs !== null) return { steadyMs: steady.now(), wallMs, trust: 'synced' };
      notice();
      return { steadyMs: steady.now(), wallMs: clock.now(), trust: judged.trust };
    },
    restore(figures) {
      steady.restore(figures);
      boots.restore(figures);
    },
    resume(last) {
      knownMs = last?.trust === 'synced' ? last.wallMs : steady.anchorWallMs();
      judge(right?.by === 'system' && judged.trust === 'synced');
      const exact = steady.resume(last, rightNow() ?? clock.now(), right ? 'synced' : judged.trust);
      if (!exact) boots.breakChain();
      if (right) learn(right);
    },
    save() {
      const wallMs = rightNow();
      if (wallMs === null) boots.setSteady(bootId, steady.now() - elapsed.now());
      return { ...steady.save(wallMs), ...boots.changes() };
    },
    redate(stamp) {
      const found = rightTimeOf(stamp);
      if (found === undefined || Math.abs(found - stamp.wallMs) <= AGREE_MS) return { wallMs: stamp.wallMs, redated: false };
      return { wallMs: Math.round(found), redated: true };
    },
    countRedated(count) {
      redated += count;
    },
    heard,
    retentionNow() {
      const known = calendarNow();
      return known === null || right ? known : Math.min(known, clock.now());
    },
    calendarNow,
    onTrust: (listener) => trusts.on(listener),
    view: () => ({
      trust: judged.trust,
      since: since.wallMs(),
      by: judged.by,
      jump: jump && { byMs: jump.byMs, at: jump.mark.wallMs() },
      redated,
      ...(judged.aheadMs === null ? {} : { aheadMs: Math.round(judged.aheadMs) }),
    }),
    async start(signal) {
      signal.throwIfAborted();
      cancel = clock.every(LOOK_MS, look);
    },
    async stop() {
      cancel();
    },
  };
}
