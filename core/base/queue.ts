/** First in, first out, in constant time, with a bound that its owner enforces through `full`. */
export interface BoundedQueue<T> {
  /** False, and nothing stored, when the queue is full. */
  push(item: T): boolean;
  shift(): T | undefined;
  /** Takes up to `count` items from the front. */
  take(count: number): T[];
  /** Puts items back at the front, in the order given, even beyond the bound: they were inside before. */
  unshift(items: readonly T[]): void;
  clear(): T[];
  readonly size: number;
  readonly full: boolean;
  readonly capacity: number;
}

export function createQueue<T>(capacity: number): BoundedQueue<T> {
  let items: T[] = [];
  let head = 0;
  const size = (): number => items.length - head;
  function compact(): void {
    if (head > 1024 && head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    } else if (head === items.length) {
      items = [];
      head = 0;
    }
  }
  return {
    push(item) {
      if (size() >= capacity) return false;
      items.push(item);
      return true;
    },
    shift() {
      if (size() === 0) return undefined;
      const item = items[head];
      head += 1;
      compact();
      return item;
    },
    take(count) {
      const taken = items.slice(head, head + count);
      head += taken.length;
      compact();
      return taken;
    },
    unshift(back) {
      items = [...back, ...items.slice(head)];
      head = 0;
    },
    clear() {
      const rest = items.slice(head);
      items = [];
      head = 0;
      return rest;
    },
    get size() {
      return size();
    },
    get full() {
      return size() >= capacity;
    },
    capacity,
  };
}
