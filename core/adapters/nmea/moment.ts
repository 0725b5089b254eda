import type { Clock } from '../../base/clock.ts';
import type { DecodedSentence, Fact, Facts } from './codec.ts';

/** Gathers what several sentences say about one moment. */
export interface Moment {
  add(type: string, said: DecodedSentence): void;
  stop(): void;
}

/** Receivers of several systems send a GSA for each; the one of a system without satellites says `none`. */
const rank = (fix: Fact | undefined): number => (fix && 'value' in fix ? ['none', '2d', '3d'].indexOf(String(fix.value)) : -1);

/** `onWhole` gets the facts when a sentence has another time, or `pauseMs` after the last one; `heardAt` is monotonic. */
export function createMoment(clock: Clock, pauseMs: number, onWhole: (facts: Facts, heardAt: number) => void): Moment {
  let facts: Facts = {};
  let epoch: string | undefined;
  let heardAt = 0;
  let hasGsa = false;
  let cancel = (): void => {};

  function flush(): void {
    cancel();
    const whole = facts;
    facts = {};
    epoch = undefined;
    onWhole(whole, heardAt);
  }

  /** A field left empty in one sentence does not undo what another one of the same moment said. */
  function hasValue(name: string): boolean {
    return Object.entries(facts).some(([known, fact]) => known === name && 'value' in fact);
  }

  function merge(type: string, said: Facts): void {
    const { fix, ...rest } = said;
    // 2d or 3d says more than "has a fix"; one receiver must not speak both languages in turn.
    const useFix = fix && (type === 'GSA' ? rank(fix) >= rank(facts.fix) : !hasGsa);
    if (type === 'GSA') hasGsa = true;
    const filled = Object.entries(rest).filter(([name, fact]) => !('missing' in fact) || !hasValue(name));
    facts = { ...facts, ...Object.fromEntries(filled), ...(useFix ? { fix } : {}) };
  }

  return {
    add(type, said) {
      if (said.epoch && epoch && said.epoch !== epoch) flush();
      epoch = said.epoch || epoch;
      merge(type, said.facts);
      heardAt = clock.monotonic();
      cancel();
      cancel = clock.after(pauseMs, flush);
    },
    stop: () => cancel(),
  };
}
