import { describe, expect, it } from 'vitest';
import { simulatedAdapter } from '../../../../core/adapters/simulated/adapter.ts';
import { createModel } from '../../../../core/adapters/simulated/models.ts';
import { createHarness, device, never } from '../harness.ts';

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const series = (model: Parameters<typeof createModel>[0], seconds: number, seed = 1) => {
  const next = createModel(model, seeded(seed));
  return Array.from({ length: seconds }, (_, second) => next(second * 1000));
};

describe('the cold store', () => {
  it('warms well above 6 °C and is below 4.5 °C again, all within two minutes', () => {
    const degrees = series('cold-store-thermometer', 120).map(({ temperature }) => Number(temperature));
    const warm = degrees.findIndex((one) => one > 6);
    expect(warm).toBeGreaterThan(10);
    expect(warm).toBeLessThan(60);
    expect(Math.max(...degrees)).toBeGreaterThan(10);
    const cold = degrees.findIndex((one, i) => i > warm && one < 4.5);
    expect(cold).toBeGreaterThan(warm + 10);
    expect(cold).toBeLessThan(110);
  });
  it('is otherwise near 4 °C', () => {
    for (const { temperature } of series('cold-store-thermometer', 25))
      expect(Math.abs(Number(temperature) - 4)).toBeLessThan(0.5);
  });
});

it('the same chance gives the same series, another chance another', () => {
  for (const model of ['cold-store-thermometer', 'heart-rate-sensor', 'door-contact'] as const) {
    expect(series(model, 300, 7)).toEqual(series(model, 300, 7));
    expect(series(model, 300, 7)).not.toEqual(series(model, 300, 8));
  }
});

it('the strap loses contact now and then, and then has no rate', () => {
  const lost = series('heart-rate-sensor', 200).filter(({ contact }) => contact === false);
  expect(lost.length).toBeGreaterThan(3);
  expect(lost.length).toBeLessThan(20);
  expect(lost.every(({ bpm }) => typeof bpm === 'object')).toBe(true);
});

it('the door counts its openings', () => {
  const all = series('door-contact', 300);
  const openings = all.filter(({ open }, i) => open === true && all[i - 1]?.['open'] === false).length;
  expect(openings).toBeGreaterThan(3);
  expect(all.at(-1)?.['count']).toBe(openings);
});

describe('a simulated device', () => {
  const config = device({
    adapter: 'simulated',
    model: 'door-contact',
    intervalMs: 500,
    points: [{ name: 'open' }, { name: 'colour' }],
  });
  it('reads at once, at its interval, and on demand, and stops', async () => {
    const { context, clock, batches } = createHarness();
    const session = await simulatedAdapter.open(config, context, never);
    await clock.advance(0);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.readings).toEqual([
      { point: 'open', value: false, quality: 'good' },
      { point: 'colour', value: null, quality: 'bad', note: 'the simulated device has no such value' },
    ]);
    await clock.advance(2000);
    expect(batches).toHaveLength(5);
    await session.readNow?.(never);
    expect(batches).toHaveLength(6);
    await session.close();
    expect(await session.closed).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});
