/** Counts values in buckets that grow by a tenth, so that a quantile is right within 10 %, in constant memory. */
export interface Histogram {
  record(value: number): void;
  /** The value below which the share `q` (0..1) of all values lies; 0 while there is none. */
  quantile(q: number): number;
  /** Halves all counts: older values weigh less and less. */
  fade(): void;
  readonly count: number;
}

const GROWTH = Math.log(1.1);

/** Values below `least` count as `least`, values above `most` as `most`. The unit is the caller's. */
export function createHistogram(least: number, most: number): Histogram {
  const bucketOf = (value: number): number => Math.round(Math.log(value / least) / GROWTH);
  const buckets = new Float64Array(bucketOf(most) + 1);
  let count = 0;
  return {
    record(value) {
      const at = value > least ? bucketOf(Math.min(value, most)) : 0;
      buckets[at] = (buckets[at] ?? 0) + 1;
      count += 1;
    },
    quantile(q) {
      if (count === 0) return 0;
      let left = Math.max(q * count, Number.MIN_VALUE);
      for (const [at, size] of buckets.entries()) {
        left -= size;
        if (size > 0 && left <= 0) return least * Math.exp(at * GROWTH);
      }
      return most;
    },
    fade() {
      count = 0;
      for (const [at, size] of buckets.entries()) {
        const kept = size < 1 / 1024 ? 0 : size / 2;
        buckets[at] = kept;
        count += kept;
      }
    },
    get count() {
      return count;
    },
  };
}
