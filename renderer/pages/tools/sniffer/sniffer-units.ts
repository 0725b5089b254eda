import type { ToolLineView } from '../../../../core/contract/field-views.ts';

export interface HeardUnit {
  readonly unit: number;
  readonly asked: number;
  readonly answered: number;
  /** Median of the answers' times; null without any. */
  readonly p50Ms: number | null;
}

/** What was heard of each unit. */
export function heardUnits(rows: readonly ToolLineView[]): readonly HeardUnit[] {
  const units = new Map<number, { asked: number; answered: number; times: number[] }>();
  for (const { unit, role, responseMs } of rows) {
    if (unit === null) continue;
    const one = units.get(unit) ?? { asked: 0, answered: 0, times: [] };
    units.set(unit, one);
    if (role === 'request') one.asked += 1;
    if (role !== 'answer') continue;
    one.answered += 1;
    if (responseMs !== null) one.times.push(responseMs);
  }
  return [...units]
    .map(([unit, { asked, answered, times }]) => {
      times.sort((a, b) => a - b);
      return { unit, asked, answered, p50Ms: times[times.length >> 1] ?? null };
    })
    .sort((a, b) => a.unit - b.unit);
}
