/** Told once of what becomes of a message: taken over (durable: committed), or refused with the first fault. */
export interface Waiter {
  done(): void;
  failed(error: Error): void;
}

/** Tells `waiter` when `count` parts are done, or at the first that failed; what comes after that is not told. */
export function countDown(count: number, waiter: Waiter): Waiter {
  let left = count;
  return {
    done() {
      left -= 1;
      if (left === 0) waiter.done();
    },
    failed(error) {
      if (left > 0) waiter.failed(error);
      left = Number.NEGATIVE_INFINITY;
    },
  };
}

/** A waiter that becomes a promise only when somebody asks for one. */
export function createLater(): Waiter & { promise(): Promise<void> } {
  let outcome: 'open' | 'done' | Error = 'open';
  let settle: { resolve(): void; reject(error: Error): void } | null = null;
  return {
    done() {
      outcome = 'done';
      settle?.resolve();
    },
    failed(error) {
      outcome = error;
      settle?.reject(error);
    },
    promise() {
      if (outcome === 'done') return Promise.resolve();
      if (outcome !== 'open') return Promise.reject(outcome);
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
    },
  };
}
