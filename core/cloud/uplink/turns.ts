import type { Lane } from './lane.ts';
import type { Parcel } from './parcels.ts';
import { createScheduler, type Waiting } from './scheduler.ts';

/** A lane with the parcel that it would send next. */
export interface Ready extends Waiting {
  readonly lane: Lane;
  readonly parcel: Parcel;
}

/** Who sends next. A stream with a suspicious message sends alone, with nothing of others in flight. Times are monotonic ms. */
export interface Turns {
  /** Who may send now; `inFlight` over all lanes. */
  ready(lanes: readonly Lane[], inFlight: number, now: number): readonly Ready[];
  /** One of `ready`, which must not be empty; it is taken as sent. */
  choose(ready: readonly Ready[]): Ready;
  /** What was chosen last was sent alone: nothing else goes until it is settled. */
  readonly alone: boolean;
  /** Nothing is in flight any more. */
  settled(now: number): void;
  /** A connection has come about. */
  connected(now: number): void;
}

/** So long streams without a suspicious message go first, after a connect and after each suspicious one. */
const OTHERS_FIRST_MS = 2_000;
const OTHERS_BETWEEN_MS = 200;

export function createTurns(): Turns {
  const scheduler = createScheduler();
  let alone = false;
  let othersUntil = Number.NEGATIVE_INFINITY;
  return {
    ready(lanes, inFlight, now) {
      const ready: Ready[] = [];
      let suspicious = false;
      for (const lane of lanes) {
        const parcel = lane.next();
        if (!parcel) continue;
        ready.push({ name: lane.rules.name, priority: lane.rules.priority, cost: parcel.bytes, lane, parcel });
        suspicious ||= lane.suspicious;
      }
      if (!suspicious) return ready;
      const suspects = ready.filter(({ lane }) => lane.suspicious);
      if (suspects.length < ready.length && now < othersUntil) return ready.filter(({ lane }) => !lane.suspicious);
      return inFlight === 0 ? suspects : [];
    },
    choose(ready) {
      const chosen = scheduler.next(ready);
      alone = chosen.lane.suspicious;
      return chosen;
    },
    get alone() {
      return alone;
    },
    settled(now) {
      if (alone) othersUntil = now + OTHERS_BETWEEN_MS;
      alone = false;
    },
    connected(now) {
      othersUntil = now + OTHERS_FIRST_MS;
    },
  };
}
