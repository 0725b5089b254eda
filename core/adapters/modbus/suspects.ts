import type { Clock } from '../../base/clock.ts';
import { answersAlike } from './codec.ts';

/**
 * Requests whose answer never came, on a line where answers carry no number. Such an answer may still arrive and look exactly like the
 * answer to the next request of the same function and length; taking it would give the values of other registers without any error.
 */
export interface Suspects {
  add(unit: number, pdu: Uint8Array, timeoutMs: number, of?: Asker): void;
  /**
   * Whose request it is that an answer to `pdu` could as well be the answer to; undefined where there is none. That request is then settled:
   * the next answer counts. A repeated request is no danger: its late answer has the same registers.
   */
  claims(unit: number, pdu: Uint8Array, exception: boolean): Asker | undefined;
  /** Whether this unit owes any answer; settles nothing. */
  isOwing(unit: number): boolean;
  /** Whose request it is that this unit still owes an answer to; that request is then settled. */
  owes(unit: number): Asker | undefined;
}
/** `other`: another master on the line has asked. */
export type Asker = 'gateway' | 'other';

const MAX_KEPT = 64;
/** A device that answers later than so many timeouts is as good as one that never answers. */
const KEEP_TIMEOUTS = 4;
const KEEP_AT_LEAST_MS = 2000;

const mistakable = (a: Uint8Array, b: Uint8Array, exception: boolean): boolean =>
  exception ? a[0] === b[0] : answersAlike(a, b);

interface Suspect {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly until: number;
  readonly of: Asker;
}

const samePdu = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export function createSuspects(clock: Clock): Suspects {
  let kept: Suspect[] = [];
  function settle(index: number): Asker | undefined {
    const found = kept[index];
    if (found) kept = kept.toSpliced(index, 1);
    return found?.of;
  }
  return {
    add(unit, pdu, timeoutMs, of = 'gateway') {
      const until = clock.monotonic() + Math.max(KEEP_AT_LEAST_MS, timeoutMs * KEEP_TIMEOUTS);
      kept = [...kept, { unit, pdu, until, of }].slice(-MAX_KEPT);
    },
    claims(unit, pdu, exception) {
      if (kept.length === 0) return undefined;
      const now = clock.monotonic();
      kept = kept.filter((one) => one.until > now);
      const found = kept.findIndex((one) => one.unit === unit && !samePdu(one.pdu, pdu) && mistakable(one.pdu, pdu, exception));
      return settle(found);
    },
    isOwing: (unit) => kept.some((one) => one.unit === unit && one.until > clock.monotonic()),
    owes(unit) {
      const now = clock.monotonic();
      kept = kept.filter((one) => one.until > now);
      return settle(kept.findIndex((one) => one.unit === unit));
    },
  };
}
