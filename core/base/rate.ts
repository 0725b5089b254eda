const BUCKET_MS = 1000;
const BUCKETS = 5;

/** Events per second over the last five whole seconds. Times are monotonic ms, given by the caller who has read the clock already. */
export interface Rate {
  add(nowMono: number, by?: number): void;
  perS(nowMono: number): number;
}

export function createRate(): Rate {
  const counts = new Float64Array(BUCKETS + 1);
  let current = 0;
  let startedAt = -1;
  function roll(nowMono: number): void {
    const slot = Math.floor(nowMono / BUCKET_MS);
    if (startedAt < 0) {
      startedAt = slot;
      current = slot;
    }
    if (slot - current > BUCKETS) {
      counts.fill(0);
      current = slot;
    }
    while (current < slot) {
      current += 1;
      counts[current % (BUCKETS + 1)] = 0;
    }
  }
  return {
    add(nowMono, by = 1) {
      roll(nowMono);
      const at = current % (BUCKETS + 1);
      counts[at] = (counts[at] ?? 0) + by;
    },
    perS(nowMono) {
      if (startedAt < 0) return 0;
      roll(nowMono);
      const whole = Math.min(BUCKETS, current - startedAt);
      if (whole === 0) return counts[current % (BUCKETS + 1)] ?? 0;
      let sum = 0;
      for (let back = 1; back <= whole; back += 1) sum += counts[(current - back) % (BUCKETS + 1)] ?? 0;
      return sum / whole;
    },
  };
}
