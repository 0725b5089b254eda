import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCounterGuard } from '../../../../core/adapters/ble/counter-guard.ts';

it('takes what counts upwards, and a packet once', () => {
  const guard = createCounterGuard();
  expect([5000, 5000, 5001, 5000, 4999, 5009].map((counter, at) => guard.take(counter, at))).toEqual([
    'new',
    'again',
    'new',
    'old',
    'old',
    'new',
  ]);
});

it('believes a counter that begins again only near zero, and only after a quiet minute', () => {
  const guard = createCounterGuard();
  guard.take(70_000, 0);
  expect(guard.take(3, 59_000)).toBe('old');
  expect(guard.take(4000, 600_000)).toBe('old');
  expect(guard.take(7, 61_000)).toBe('new');
  expect(guard.take(8, 62_000)).toBe('new');
  expect(guard.take(2 ** 32 - 1, 63_000)).toBe('new');
  expect(guard.take(0, 130_000)).toBe('new');
});

it('never takes a packet twice while the device speaks, however recorded ones are mixed in', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 100 }), (events) => {
      const guard = createCounterGuard();
      const taken: number[] = [];
      let own = 1000;
      let at = 0;
      for (const [recorded, speaks] of events) {
        at += 1000;
        own += 1;
        if (guard.take(own, at) === 'new') taken.push(own);
        if (speaks && guard.take(recorded + 700, at + 1) === 'new') taken.push(recorded + 700);
      }
      expect(new Set(taken).size).toBe(taken.length);
      expect([...taken].sort((a, b) => a - b)).toEqual(taken);
    }),
  );
});
