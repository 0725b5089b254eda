import { expect, it } from 'vitest';
import { markNow } from '../../../core/base/mark.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

it.each([365 * 86_400_000, -365 * 86_400_000, 5000])('a mark follows the wall clock that is set by %d ms', async (jump) => {
  const clock = createManualClock();
  const mark = markNow(clock);
  const earlier = markNow(clock, 1000);
  await clock.advance(60_000);
  clock.jumpWall(jump);
  expect(clock.now() - mark.wallMs()).toBe(60_000);
  expect(clock.now() - earlier.wallMs()).toBe(61_000);
  clock.jumpWall(-jump);
  expect(clock.now() - mark.wallMs()).toBe(60_000);
});

it('a mark stands still while the clock is slewed', async () => {
  const clock = createManualClock();
  const mark = markNow(clock);
  const at = mark.wallMs();
  clock.jumpWall(900);
  await clock.advance(500);
  expect(mark.wallMs()).toBe(at);
});
