import type { Clock } from '../../base/clock.ts';
import { createHistogram, type Histogram } from '../../base/histogram.ts';
import { type Mark, markNow } from '../../base/mark.ts';
import type { BusMinuteView } from '../../contract/field-views.ts';
import { RESPONSE_EDGES_MS } from '../../contract/response-edges.ts';
import { type AnswerRate, createAnswerRate } from './answer-rate.ts';
import { createMinuteLog, type MinuteLog, responseClass } from './minute-log.ts';

/** What can be wrong with what is heard. `echo`: our own request came back. */
export type Incident = 'timeout' | 'crc' | 'framing' | 'late' | 'duplicate' | 'wrong-unit' | 'echo';

const MINUTE_COUNTS = { timeout: 'timeouts', crc: 'crcErrors', framing: 'framingErrors', late: 'lateAnswers' } as const;

/** What was measured of one unit since the start, or since the figures were set to zero. */
export interface UnitFigures {
  asked(): void;
  /** An answer so many ms after its request was written; with `exception` the unit has refused what was asked. */
  answered(ms: number, exception?: boolean): void;
  /** How long a request held the line beyond the time of its bytes. */
  held(ms: number): void;
  incident(what: Incident): void;
  parked(yes: boolean): void;
  /** It is asked in turn from now on: time in which it was not does not count for the rate of its answers. */
  begins(): void;
  reset(): void;
  snapshot(): UnitSnapshot;
  minutes(): readonly BusMinuteView[];
}

export interface UnitSnapshot {
  readonly requests: number;
  readonly answers: number;
  readonly counts: Readonly<Counts>;
  /** How long ago each was seen last, in ms; what never was is left out. */
  readonly agoMs: Readonly<Partial<Record<Incident, number>>>;
  readonly histogram: readonly number[];
  readonly responseMs: { readonly p50: number; readonly p95: number; readonly max: number };
  /** What a request needs on the line beyond the time of its bytes, as a mean; undefined before the first. */
  readonly heldMs: number | undefined;
  /** While it was asked in turn. */
  readonly answersPerS: number;
  /** How long that rate has been measured, in ms. */
  readonly measuredMs: number;
  readonly parked: boolean;
  readonly parkedTimes: number;
  /** Wall time in ms since which it is parked, or not. */
  readonly since: number;
  /** Of the newest requests, the share without a usable answer, 0..1. */
  readonly missShare: number;
  /** Of the newest answers, the share that came with an exception. */
  readonly exceptionShare: number;
}

type Counts = Record<Incident | 'exception', number>;

const noCounts = (): Counts => ({
  timeout: 0,
  crc: 0,
  framing: 0,
  late: 0,
  duplicate: 0,
  'wrong-unit': 0,
  exception: 0,
  echo: 0,
});
/** A share follows the newest thirty or so. */
const FOLLOW = 1 / 16;
/** Older response times weigh half after so many newer ones. */
const FADE_AFTER = 500;

interface Figures {
  requests: number;
  answers: number;
  readonly counts: Counts;
  readonly seenAt: Map<Incident, number>;
  readonly classes: number[];
  readonly times: Histogram;
  mostMs: number;
  rate: AnswerRate;
  readonly log: MinuteLog;
  parkedTimes: number;
  missShare: number;
  exceptionShare: number;
  heldMs: number | undefined;
}

const rounded = (ms: number): number => Number(ms.toPrecision(3));

export function createUnitFigures(clock: Clock): UnitFigures {
  const newRate = (): AnswerRate => createAnswerRate(() => clock.monotonic());
  const fresh = (): Figures => ({
    requests: 0,
    answers: 0,
    counts: noCounts(),
    seenAt: new Map(),
    classes: Array.from({ length: RESPONSE_EDGES_MS.length + 1 }, () => 0),
    times: createHistogram(0.1, 60_000),
    mostMs: 0,
    rate: newRate(),
    log: createMinuteLog(() => clock.now()),
    parkedTimes: 0,
    missShare: 0,
    exceptionShare: 0,
    heldMs: undefined,
  });
  let figures = fresh();
  let parked = false;
  let since: Mark = markNow(clock);
  const follow = (share: number, yes: boolean): number => share + ((yes ? 1 : 0) - share) * FOLLOW;

  return {
    asked() {
      figures.requests += 1;
      figures.log.count('requests');
      figures.missShare = follow(figures.missShare, true); // until its answer comes
    },
    answered(ms, exception = false) {
      figures.answers += 1;
      figures.missShare = Math.max(0, (figures.missShare - FOLLOW) / (1 - FOLLOW)); // takes the miss of `asked` back
      figures.missShare = follow(figures.missShare, false);
      figures.exceptionShare = follow(figures.exceptionShare, exception);
      if (exception) figures.counts.exception += 1;
      const of = responseClass(ms);
      figures.classes[of] = (figures.classes[of] ?? 0) + 1;
      figures.times.record(ms);
      if (figures.answers % FADE_AFTER === 0) figures.times.fade();
      figures.mostMs = Math.max(figures.mostMs, ms);
      figures.rate.add();
      figures.log.answered(ms);
    },
    held(ms) {
      const positive = Math.max(0, ms);
      figures.heldMs = figures.heldMs === undefined ? positive : figures.heldMs + (positive - figures.heldMs) * FOLLOW;
    },
    incident(what) {
      figures.counts[what] += 1;
      figures.seenAt.set(what, clock.monotonic());
      if (what === 'timeout' || what === 'crc' || what === 'framing' || what === 'late') figures.log.count(MINUTE_COUNTS[what]);
    },
    parked(yes) {
      if (yes === parked) return;
      parked = yes;
      since = markNow(clock);
      if (yes) figures.parkedTimes += 1;
      else figures.rate = newRate();
    },
    begins() {
      figures.rate = newRate();
    },
    reset() {
      figures = fresh();
    },
    snapshot: () => ({
      requests: figures.requests,
      answers: figures.answers,
      counts: { ...figures.counts },
      agoMs: Object.fromEntries([...figures.seenAt].map(([what, at]) => [what, clock.monotonic() - at])),
      histogram: [...figures.classes],
      responseMs: {
        p50: rounded(figures.times.quantile(0.5)),
        p95: rounded(figures.times.quantile(0.95)),
        max: rounded(figures.mostMs),
      },
      heldMs: figures.heldMs,
      answersPerS: Number(figures.rate.perS().toFixed(2)),
      measuredMs: figures.rate.measuredMs,
      parked,
      parkedTimes: figures.parkedTimes,
      since: since.wallMs(),
      missShare: figures.missShare,
      exceptionShare: figures.exceptionShare,
    }),
    minutes: () => figures.log.minutes(),
  };
}
