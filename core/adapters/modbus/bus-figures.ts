import type { Clock } from '../../base/clock.ts';
import { createRate } from '../../base/rate.ts';
import type { BusMinuteView } from '../../contract/field-views.ts';
import { createMinuteLog, type MinuteLog } from './minute-log.ts';
import { createUnitFigures, type Incident, type UnitFigures } from './unit-figures.ts';

/** What is measured on one bus; kept while the line is closed and opened again. */
export interface BusFigures {
  unit(unit: number): UnitFigures;
  units(): ReadonlyMap<number, UnitFigures>;
  asked(unit: number): void;
  answered(unit: number, ms: number, exception: boolean): void;
  incident(unit: number, what: Incident): void;
  /** A request was heard that another master has put on the line. */
  otherMaster(request: string): void;
  /** The last of them in words, where they are seen of late; undefined: nobody else asks. */
  readonly otherMasterAsks: string | undefined;
  /** The line was in use for so many ms. */
  used(ms: number): void;
  reset(): void;
  readonly requestsPerS: number;
  /** Share of the time in which the line was in use, over the last seconds: 0..1. */
  readonly load: number;
  minutes(): readonly BusMinuteView[];
}

/** More numbers than Modbus has units. */
const MAX_UNITS = 256;
/** One request may be a tool that somebody held to the line for a moment. */
const OTHER_MASTER_ASKS = 2;
const OTHER_MASTER_MS = 60_000;

export function createBusFigures(clock: Clock): BusFigures {
  const units = new Map<number, UnitFigures>();
  const newLog = (): MinuteLog => createMinuteLog(() => clock.now());
  let log = newLog();
  let requests = createRate();
  let used = createRate();
  let foreign = { requests: 0, at: Number.NEGATIVE_INFINITY, words: '' };
  const isFresh = (): boolean => clock.monotonic() - foreign.at < OTHER_MASTER_MS;
  function unit(of: number): UnitFigures {
    const known = units.get(of);
    if (known) return known;
    const made = createUnitFigures(clock);
    if (units.size < MAX_UNITS) units.set(of, made);
    return made;
  }
  return {
    unit,
    units: () => units,
    asked(of) {
      unit(of).asked();
      log.count('requests');
      requests.add(clock.monotonic());
    },
    answered(of, ms, exception) {
      unit(of).answered(ms, exception);
      log.answered(ms);
    },
    incident(of, what) {
      unit(of).incident(what);
      if (what === 'timeout') log.count('timeouts');
      else if (what === 'crc') log.count('crcErrors');
      else if (what === 'framing') log.count('framingErrors');
      else if (what === 'late') log.count('lateAnswers');
    },
    otherMaster(words) {
      foreign = { requests: isFresh() ? foreign.requests + 1 : 1, at: clock.monotonic(), words };
    },
    get otherMasterAsks() {
      return isFresh() && foreign.requests >= OTHER_MASTER_ASKS ? foreign.words : undefined;
    },
    used(ms) {
      used.add(clock.monotonic(), ms);
    },
    reset() {
      for (const one of units.values()) one.reset();
      log = newLog();
      requests = createRate();
      used = createRate();
      foreign = { requests: 0, at: Number.NEGATIVE_INFINITY, words: '' };
    },
    get requestsPerS() {
      return Number(requests.perS(clock.monotonic()).toFixed(1));
    },
    get load() {
      return Math.min(1, Number((used.perS(clock.monotonic()) / 1000).toFixed(3)));
    },
    minutes: () => log.minutes(),
  };
}
