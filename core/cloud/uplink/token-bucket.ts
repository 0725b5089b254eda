export interface RateLimits {
  readonly messagesPerS: number | null;
  readonly bytesPerS: number | null;
}

/** Holds sending to so many messages and bytes a second. Times are monotonic ms. */
export interface TokenBucket {
  /** How long until the next message may be sent, in ms; 0: now. */
  waitMs(now: number): number;
  /** Takes one message of so many bytes, also below zero: what is larger than a burst passes, and what follows pays for it. */
  take(bytes: number, now: number): void;
}

/** One kind of token: full at first, filled steadily, at most one second's worth. */
function createLevel(perS: number | null): { waitMs(now: number): number; take(amount: number, now: number): void } {
  if (perS === null) return { waitMs: () => 0, take: () => {} };
  let level = perS;
  let filledAt: number | null = null;
  function fill(now: number): void {
    if (filledAt !== null && now > filledAt)
      level = Math.min(perS as number, level + ((now - filledAt) / 1000) * (perS as number));
    filledAt = Math.max(now, filledAt ?? now);
  }
  return {
    waitMs(now) {
      fill(now);
      // A whole ms more than none: timers have that grain, and a level of exactly zero sends nothing.
      return level > 0 ? 0 : Math.max(1, Math.ceil((-level / perS) * 1000));
    },
    take(amount, now) {
      fill(now);
      level -= amount;
    },
  };
}

export function createTokenBucket(limits: RateLimits): TokenBucket {
  const messages = createLevel(limits.messagesPerS);
  const bytes = createLevel(limits.bytesPerS);
  return {
    waitMs: (now) => Math.max(messages.waitMs(now), bytes.waitMs(now)),
    take(size, now) {
      messages.take(1, now);
      bytes.take(size, now);
    },
  };
}
