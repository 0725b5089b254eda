import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoundedQueue, createQueue } from '../../../core/base/queue.ts';
import { createRing } from '../../../core/base/ring.ts';

const CAPACITY = 5;

/** The same operations on a plain list, which is the truth. */
class Push implements fc.Command<number[], BoundedQueue<number>> {
  readonly item: number;
  constructor(item: number) {
    this.item = item;
  }
  check = (): boolean => true;
  run(model: number[], real: BoundedQueue<number>): void {
    const fits = model.length < CAPACITY;
    if (fits) model.push(this.item);
    expect(real.push(this.item)).toBe(fits);
    agree(model, real);
  }
  toString = (): string => `push(${this.item})`;
}
class Shift implements fc.Command<number[], BoundedQueue<number>> {
  check = (): boolean => true;
  run(model: number[], real: BoundedQueue<number>): void {
    expect(real.shift()).toBe(model.shift());
    agree(model, real);
  }
  toString = (): string => 'shift()';
}
class Take implements fc.Command<number[], BoundedQueue<number>> {
  readonly count: number;
  constructor(count: number) {
    this.count = count;
  }
  check = (): boolean => true;
  run(model: number[], real: BoundedQueue<number>): void {
    expect(real.take(this.count)).toEqual(model.splice(0, this.count));
    agree(model, real);
  }
  toString = (): string => `take(${this.count})`;
}
class Unshift implements fc.Command<number[], BoundedQueue<number>> {
  readonly items: readonly number[];
  constructor(items: readonly number[]) {
    this.items = items;
  }
  check = (): boolean => true;
  run(model: number[], real: BoundedQueue<number>): void {
    model.unshift(...this.items);
    real.unshift(this.items);
    agree(model, real);
  }
  toString = (): string => `unshift(${this.items.join()})`;
}
class Clear implements fc.Command<number[], BoundedQueue<number>> {
  check = (): boolean => true;
  run(model: number[], real: BoundedQueue<number>): void {
    expect(real.clear()).toEqual(model.splice(0));
    agree(model, real);
  }
  toString = (): string => 'clear()';
}
function agree(model: readonly number[], real: BoundedQueue<number>): void {
  expect([real.size, real.full, real.capacity]).toEqual([model.length, model.length >= CAPACITY, CAPACITY]);
}

describe('the bounded queue', () => {
  it('behaves like a list with a bound', () => {
    const commands = fc.commands([
      fc.nat().map((item) => new Push(item)),
      fc.constant(new Shift()),
      fc.nat(4).map((count) => new Take(count)),
      fc.array(fc.nat(), { maxLength: 4 }).map((items) => new Unshift(items)),
      fc.constant(new Clear()),
    ]);
    fc.assert(fc.property(commands, (all) => fc.modelRun(() => ({ model: [], real: createQueue<number>(CAPACITY) }), all)));
  });

  it('keeps its order over many thousand items', () => {
    const queue = createQueue<number>(5000);
    const out: number[] = [];
    for (let i = 0; i < 20_000; i += 1) {
      queue.push(i);
      if (i % 3 !== 0) out.push(queue.shift() ?? -1);
      if (i % 1000 === 999) out.push(...queue.take(300));
    }
    out.push(...queue.clear());
    expect(out).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });
});

describe('the ring', () => {
  it('keeps the newest, oldest first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.nat(30),
        (capacity, items, clearAt) => {
          const ring = createRing<number>(capacity);
          let model: number[] = [];
          for (const [i, item] of items.entries()) {
            if (i === clearAt) {
              ring.clear();
              model = [];
            }
            ring.push(item);
            model = [...model, item].slice(-capacity);
            expect([ring.items(), ring.size]).toEqual([model, model.length]);
          }
        },
      ),
    );
  });

  it('gives a copy', () => {
    const ring = createRing<number>(2);
    ring.push(1);
    ring.items().push(9);
    expect(ring.items()).toEqual([1]);
  });
});
