import { afterEach, describe, expect, it, vi } from 'vitest';

interface Published {
  readonly topic: string;
  readonly payload: Record<string, unknown>;
}
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const folder = new URL('../../../core/demo/site/', import.meta.url);
let loads = 0;

/** Loads a function as its thread would: its environment first, its state fresh. */
async function load(file: string, env: Record<string, string> = {}) {
  for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
  loads += 1;
  const module: unknown = await import(/* @vite-ignore */ `${new URL(file, folder).href}?load=${loads}`);
  if (typeof module !== 'object' || module === null || !('handler' in module) || typeof module.handler !== 'function') {
    throw new Error(`${file} exports no handler`);
  }
  const handler = module.handler as Handler; // checked to be a function just above
  const published: Published[] = [];
  const publish = async (topic: string, payload: Record<string, unknown>): Promise<void> =>
    void published.push({ topic, payload });
  return { published, call: (event: unknown) => handler(event, { gatehouse: { publish } }) };
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('cold-alarm', () => {
  it('raises above one limit, clears below the other, and does not chatter between', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { call, published } = await load('cold-alarm.mjs', { RAISE_AT: '6', CLEAR_AT: '4.5' });
    for (const value of [5.9, 6, 6.1, 5, 6.5, 4.6, 4.5, 5.9, 6.01]) await call({ value, quality: 'good', at: 7 });
    expect(published.map(({ topic, payload }) => [topic, payload['active'], payload['value']])).toEqual([
      ['alarms/cold-store', true, 6.1],
      ['alarms/cold-store', false, 4.5],
      ['alarms/cold-store', true, 6.01],
    ]);
    expect(published[0]?.payload).toMatchObject({ priority: 'high', at: 7, message: 'The cold store is too warm: 6.1 °C.' });
    expect(published[0]?.payload['remedy']).toContain('door');
  });

  it('passes over readings that are not good', async () => {
    const { call, published } = await load('cold-alarm.mjs', { RAISE_AT: '6', CLEAR_AT: '4.5' });
    await call({ value: null, quality: 'bad' });
    await call({ value: 20, quality: 'stale' });
    expect(published).toEqual([]);
  });
});

describe('energy-minute', () => {
  it('publishes mean, least and greatest of each minute when the next one begins', async () => {
    const { call, published } = await load('energy-minute.mjs');
    for (const [at, value] of [
      [0, 100],
      [30_000, 200.4],
      [59_999, 150],
    ])
      await call({ at, value, quality: 'good' });
    expect(published).toEqual([]);
    await call({ at: 60_000, value: 900, quality: 'good' });
    await call({ at: 61_000, value: null, quality: 'bad' });
    await call({ at: 240_000, value: 1, quality: 'good' });
    expect(published).toEqual([
      { topic: 'energy/minute', payload: { from: 0, samples: 3, meanW: 150, minW: 100, maxW: 200 } },
      { topic: 'energy/minute', payload: { from: 60_000, samples: 1, meanW: 900, minW: 900, maxW: 900 } },
    ]);
  });
});

describe('scan-enrich', () => {
  it('adds name and price to a code that it knows', async () => {
    const { call } = await load('scan-enrich.mjs');
    expect(await call({ at: 5, values: { code: '4006381333931', symbology: 'EAN13' } })).toEqual({
      topic: 'sales/known',
      payload: { code: '4006381333931', symbology: 'EAN13', name: 'Highlighter, yellow', price: 1.49, at: 5 },
    });
  });

  it('passes an unknown code on and says so', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { call } = await load('scan-enrich.mjs');
    expect(await call({ at: 5, values: { code: 'PLT-000123', symbology: 'CODE128' } })).toEqual({
      topic: 'sales/unknown',
      payload: { code: 'PLT-000123', symbology: 'CODE128', name: null, price: null, at: 5 },
    });
    expect(said).toHaveBeenCalledWith('unknown article PLT-000123');
  });
});
