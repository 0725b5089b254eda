import type { BusMinuteView, BusUnitView, BusView, VerdictView } from '../../../../core/contract/field-views.ts';
import { RESPONSE_EDGES_MS } from '../../../../core/contract/response-edges.ts';
import type { Tone } from '../../../components/tone.ts';
import { buses as text } from '../../../text/buses.ts';
import { formatMillis } from '../../../text/format.ts';

export const VERDICT_TONE: Readonly<Record<VerdictView['state'], Tone>> = {
  ok: 'normal',
  maintenance: 'care',
  'out-of-spec': 'warn',
  'function-check': 'check',
  failure: 'fault',
};
const RANK: Readonly<Record<VerdictView['state'], number>> = {
  failure: 0,
  'out-of-spec': 1,
  maintenance: 2,
  'function-check': 3,
  ok: 4,
};

/** A unit's state as a word; one that answers but is not well says so. */
export const unitWord = (unit: BusUnitView): string =>
  unit.state === 'ok' ? text.states[unit.verdict.state] : text.unitStates[unit.state];

/** What needs somebody first, then by unit. */
export const byNeed = (a: BusUnitView, b: BusUnitView): number =>
  RANK[a.verdict.state] - RANK[b.verdict.state] || a.unit - b.unit;
export const verdictRank = (verdict: VerdictView): number => RANK[verdict.state];

/** The budget in one sentence, also where all fits. */
export function budgetWords(bus: BusView): string {
  if (bus.budget !== '') return bus.budget;
  if (bus.roundMs <= 0 || bus.wantedRoundMs <= 0) return text.budgetNone;
  return text.budgetFits(formatMillis(bus.roundMs), formatMillis(bus.wantedRoundMs));
}

const edgeWords = (ms: number): string => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);

/** The classes of a histogram as words: `under 1 ms`, `1–2 ms`, ..., `over 2 s`. */
export function classNames(): readonly string[] {
  const edges: readonly number[] = RESPONSE_EDGES_MS;
  const last = edges.at(-1) ?? 0;
  const between = edges.slice(1).map((edge, i) => `${edges[i] ?? 0}–${edge} ms`);
  return [text.under(edgeWords(edges[0] ?? 0)), ...between, text.over(edgeWords(last))];
}

export interface MinuteFaults {
  readonly at: number;
  readonly requests: number;
  readonly timeouts: number;
  readonly crc: number;
  readonly late: number;
  readonly sum: number;
}

/** One bar a minute for the last `minutes`, also where nothing was counted; the newest last. */
export function minutesOf(rows: readonly BusMinuteView[], minutes: number): readonly MinuteFaults[] {
  const MINUTE = 60_000;
  const newest = rows.at(-1)?.at;
  if (newest === undefined) return [];
  const slot = (at: number): number => Math.floor(at / MINUTE);
  const by = new Map(rows.map((row) => [slot(row.at), row]));
  return Array.from({ length: minutes }, (_, i) => {
    const minute = slot(newest) - minutes + 1 + i;
    const row = by.get(minute);
    const timeouts = row?.timeouts ?? 0;
    const crc = (row?.crcErrors ?? 0) + (row?.framingErrors ?? 0);
    const late = row?.lateAnswers ?? 0;
    return { at: minute * MINUTE, requests: row?.requests ?? 0, timeouts, crc, late, sum: timeouts + crc + late };
  });
}
