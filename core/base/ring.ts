/** Keeps the newest `capacity` items; pushing into a full ring forgets the oldest. */
export interface Ring<T> {
  push(item: T): void;
  /** Oldest first. A copy: safe to keep. */
  items(): T[];
  clear(): void;
  readonly size: number;
}

export function createRing<T>(capacity: number): Ring<T> {
  let store: T[] = [];
  let head = 0;
  return {
    push(item) {
      if (store.length < capacity) {
        store.push(item);
        return;
      }
      store[head] = item;
      head = (head + 1) % capacity;
    },
    items: () => [...store.slice(head), ...store.slice(0, head)],
    clear() {
      store = [];
      head = 0;
    },
    get size() {
      return store.length;
    },
  };
}
