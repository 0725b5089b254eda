import { expect, it } from 'vitest';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createScaledClock } from '../../fakes/scaled-clock.ts';

const DAY = 86_400_000;

it('lets sixty days pass in an hour', async () => {
  const manual = createManualClock();
  const clock = createScaledClock(manual, 1440);
  const [wall, mono] = [clock.now(), clock.monotonic()];
  let days = 0;
  clock.every(DAY, () => {
    days += 1;
  });
  const rang: number[] = [];
  clock.after(30 * DAY, () => rang.push(clock.now() - wall));
  const slept = clock.sleep(10 * DAY).then(() => clock.now() - wall);
  await manual.advance(3_600_000);
  expect([clock.now() - wall, clock.monotonic() - mono, days, rang, await slept]).toEqual([
    60 * DAY,
    60 * DAY,
    60,
    [30 * DAY],
    10 * DAY,
  ]);
});

it('ends a sleep by its signal, and refuses a factor that is no factor', async () => {
  const clock = createScaledClock(createManualClock(), 10);
  await expect(clock.sleep(1000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  for (const factor of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => createScaledClock(clock, factor)).toThrow(RangeError);
});
