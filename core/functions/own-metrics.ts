import type { Metrics } from '../base/metrics.ts';
import type { FunctionMetric } from './protocol.ts';

const MOST_NAMES = 50;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** What a function counts itself with `metrics`: counts add up, gauges keep the newest value. Bounded: further names are not taken. */
export interface OwnMetrics {
  take(metrics: readonly FunctionMetric[]): void;
  values(): Readonly<Record<string, number>>;
  /** Takes its gauges out of what Prometheus reads. */
  hide(): void;
}

export function createOwnMetrics(metrics: Metrics, name: string): OwnMetrics {
  const values = new Map<string, number>();
  const removals: (() => void)[] = [];
  return {
    take(told) {
      for (const { name: id, kind, value } of told) {
        if (typeof value !== 'number' || !Number.isFinite(value) || !NAME.test(id)) continue;
        const known = values.get(id);
        if (known === undefined) {
          if (values.size >= MOST_NAMES) continue;
          const labels = { function: name, name: id };
          removals.push(
            metrics.gauge('gatehouse_function_own', 'What functions count themselves.', () => values.get(id) ?? 0, labels),
          );
        }
        values.set(id, kind === 'count' ? (known ?? 0) + value : value);
      }
    },
    values: () => Object.fromEntries(values),
    hide() {
      for (const remove of removals.splice(0)) remove();
    },
  };
}
