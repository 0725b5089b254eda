import type { Service } from '../base/service.ts';
import type { ClockTrust, Stamp } from '../contract/message.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import type { SteadyTime } from '../store/spool.ts';

/**
 * What this machine knows of the time. The wall clock may be wrong and may jump either way; nothing that lasts is measured with it.
 */
export interface TimeKeeper extends Service {
  readonly bootId: string;
  trust(): ClockTrust;
  /** Steady ms: only forward, over restarts too. Ages and expiries are measured in it. */
  steady(): number;
  /** For a record that is made now. */
  stamp(): Stamp;
  /** What the store commits with every batch. */
  life(): SteadyTime;
  /** Figures that `save` gave at earlier starts. Called once, before `resume`. */
  restore(figures: Readonly<Record<string, number>>): void;
  /** Goes on from what the store knew last. Called once, after the store has opened and before anything is stamped. */
  resume(last: SteadyTime | null): void;
  /** What must be known at the next start: a handful of numbers, those that have changed; null: to be removed. */
  save(): Record<string, number | null>;
  /**
   * The right wall time of a stamp that was made before the clock was set; `redated` says whether it differs from the stamp's own.
   */
  redate(stamp: Stamp): { readonly wallMs: number; readonly redated: boolean };
  /** So many messages were delivered with such a time: counted in the view. */
  countRedated(count: number): void;
  /** The cloud's word for the time, with how wide of it it may be. */
  heard(wallMs: number, withinMs: number): void;
  /** Wall time for deleting what is too old: behind rather than ahead where it is not certain; null: better delete nothing. */
  retentionNow(): number | null;
  /** Wall time that no setting of the clock moves, to count days by: the right one, else what the clock would show; null: not known. */
  calendarNow(): number | null;
  onTrust(listener: (trust: ClockTrust) => void): () => void;
  view(): StorageView['time'];
}
