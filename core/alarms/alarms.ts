import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { ERRORS, type ErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Mark, markNow } from '../base/mark.ts';
import type { AlarmView } from '../contract/views.ts';

export interface AlarmCondition {
  /** `device:meter`, `cloud`, `store`, ... An alarm is one of a source and a code. */
  readonly source: string;
  readonly code: ErrorCode;
  /** Distinguishes several alarms of one code at one source, e.g. the name that a function gave. */
  readonly key?: string;
  readonly priority: AlarmView['priority'];
  readonly message: string;
  readonly remedy?: string;
}

/** What somebody on site should act on. One row for each source and code, however often it comes. */
export interface Alarms {
  raise(condition: AlarmCondition): void;
  clear(source: string, code: ErrorCode, key?: string): void;
  /** Raises what holds now and clears what `owner` raised before and does not hold any more. */
  reconcile(owner: string, conditions: readonly AlarmCondition[]): void;
  /** False when there is no such alarm. */
  acknowledge(id: string): boolean;
  active(): readonly AlarmView[];
  onChanged(listener: () => void): () => void;
}

const idOf = (source: string, code: string, key: string | undefined): string =>
  `${source}/${code}${key === undefined ? '' : `/${key}`}`;

/** At most this many alarms at once; more would not be read, and a function could flood the list. */
const MAX_ALARMS = 500;

/** An alarm with its times as marks: they are right on the screen when the clock has been set since. */
type Row = Omit<AlarmView, 'firstAt' | 'lastAt'> & { readonly first: Mark; readonly last: Mark };

const viewOf = ({ first, last, ...row }: Row): AlarmView => ({ ...row, firstAt: first.wallMs(), lastAt: last.wallMs() });

export function createAlarms(deps: { clock: Clock; log: Logger }): Alarms {
  const rows = new Map<string, Row>();
  const owned = new Map<string, Set<string>>();
  const changed = createEmitter<undefined>();
  /** Said once each time the list fills up: what stands is looked at every second. */
  let overflowing = false;

  function raise(condition: AlarmCondition): void {
    const id = idOf(condition.source, condition.code, condition.key);
    const now = markNow(deps.clock);
    const known = rows.get(id);
    if (!known && rows.size >= MAX_ALARMS) {
      if (!overflowing) deps.log.warn('alarm.too-many', { id, limit: MAX_ALARMS });
      overflowing = true;
      return;
    }
    const { source, code, priority, message, remedy = ERRORS[code].remedy } = condition;
    const row: Row = known
      ? { ...known, priority, message, remedy, last: now, count: known.count + 1 }
      : { id, source, code, priority, message, remedy, first: now, last: now, count: 1, acknowledged: false };
    rows.set(id, row);
    if (!known) deps.log.warn('alarm.raised', { alarm: id, priority, message, remedy });
    changed.emit(undefined);
  }
  function remove(id: string): void {
    const known = rows.get(id);
    if (!known) return;
    rows.delete(id);
    overflowing = false;
    deps.log.info('alarm.cleared', { alarm: id, message: `Over: ${known.message}` });
    changed.emit(undefined);
  }
  return {
    raise,
    clear: (source, code, key) => remove(idOf(source, code, key)),
    reconcile(owner, conditions) {
      const before = owned.get(owner) ?? new Set<string>();
      const held = new Map(conditions.map((condition) => [idOf(condition.source, condition.code, condition.key), condition]));
      // What is over goes first: it makes room.
      for (const id of before) if (!held.has(id)) remove(id);
      for (const [id, condition] of held) if (rows.get(id)?.message !== condition.message) raise(condition);
      owned.set(owner, new Set(held.keys()));
    },
    acknowledge(id) {
      const known = rows.get(id);
      if (!known) return false;
      rows.set(id, { ...known, acknowledged: true });
      deps.log.info('alarm.acknowledged', { alarm: id });
      changed.emit(undefined);
      return true;
    },
    active: () => [...rows.values()].map(viewOf),
    onChanged: (listener) => changed.on(listener),
  };
}
