import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTurns } from '../../../../core/transports/bluetooth/bluez/turns.ts';

const never = new AbortController().signal;

it('runs one at a time in the order of asking, whatever ends, fails or gives up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('ends', 'fails', 'gives up'), { maxLength: 12 }), async (kinds) => {
      const turns = createTurns();
      const order: number[] = [];
      let inside = 0;
      const all = kinds.map((kind, number) => {
        const giveUp = new AbortController();
        const work = turns.take(kind === 'gives up' ? giveUp.signal : never, async () => {
          inside += 1;
          expect(inside).toBe(1);
          order.push(number);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          if (kind === 'fails') throw new Error('failed');
        });
        giveUp.abort(new Error('given up'));
        return work.catch(() => {});
      });
      await Promise.all(all);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      const due = kinds.flatMap((kind, number) => (kind === 'gives up' && number > 0 ? [] : [number]));
      expect(order).toEqual(due);
      expect(turns.waiting).toBe(0);
      expect(await turns.take(never, async () => 'free')).toBe('free');
    }),
  );
});

it('refuses the 65th that waits', async () => {
  const turns = createTurns();
  const first = Promise.withResolvers<void>();
  const running = turns.take(never, () => first.promise);
  const waiting = Array.from({ length: 64 }, () => turns.take(never, async () => {}));
  await expect(turns.take(never, async () => {})).rejects.toMatchObject({ code: 'adapter/busy' });
  first.resolve();
  await Promise.all([running, ...waiting]);
});
