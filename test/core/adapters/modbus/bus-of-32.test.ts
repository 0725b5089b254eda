import { expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import type { FakeLink } from '../../../fakes/fake-byte-link.ts';
import { createHarness, device, never } from '../harness.ts';

const GOOD = Array.from({ length: 25 }, (_, i) => i + 1);
const DEAD = [26, 27, 28, 29];
const SLOW = [30, 31];
const GARBAGE = 32;
const ALL = [...GOOD, ...DEAD, ...SLOW, GARBAGE];
const CHARACTER_MS = 11_000 / 19_200;
const REGISTERS = 20;

/** 32 units on a line of 19200 baud, in time that a test moves: exact, whatever else the machine does. */
async function run(units: readonly number[], pollMs: number, breaker: boolean) {
  const harness = createHarness();
  const { clock } = harness;
  const counts = new Map<number, number>();
  const framer = createRtuFramer('answers');
  const values = Array.from({ length: REGISTERS }, () => [0, 7]).flat();
  const hear = (link: FakeLink, request: Uint8Array): void => {
    const unit = request[0] ?? 0;
    if (DEAD.includes(unit)) return;
    const sound = framer.wrap(unit, 0, Uint8Array.of(3, values.length, ...values));
    const answer = unit === GARBAGE ? sound.map((byte) => byte ^ 0x5a) : sound;
    const turnaroundMs = SLOW.includes(unit) ? 250 : 5;
    clock.after((request.length + answer.length) * CHARACTER_MS + turnaroundMs, () => link.hear(answer));
  };
  harness.links.prepare = (link) => {
    link.answer = (request) => {
      hear(link, request);
      return undefined;
    };
  };
  const buses = createBusRegistry();
  const points = Array.from({ length: REGISTERS }, (_, i) => ({ name: `p${i}`, table: 'holding', address: i }));
  for (const unit of units) {
    const config = device({
      id: `u-${unit}`,
      adapter: 'modbus-rtu',
      link: { kind: 'serial', path: '/dev/ttyS9', baudRate: 19_200, parity: 'even' },
      unit,
      pollMs,
      timeoutMs: 300,
      breaker: { enabled: breaker },
      points,
    });
    const context = {
      ...harness.context,
      framesWanted: () => false,
      emit: ({ unheard }: { unheard?: true }): void => void (unheard ?? counts.set(unit, (counts.get(unit) ?? 0) + 1)),
    };
    await createModbusAdapter('modbus-rtu', buses).open(config, context, never);
  }
  /** Rounds of each good unit in so many seconds. */
  const measure = async (seconds: number): Promise<number[]> => {
    counts.clear();
    await clock.advance(seconds * 1000);
    return GOOD.map((unit) => (counts.get(unit) ?? 0) / seconds);
  };
  return { measure, counts, units: () => buses.book.units(undefined) };
}
const sum = (rates: readonly number[]): number => rates.reduce((all, rate) => all + rate, 0);

for (const pollMs of [1000, 100]) {
  it(`25 good units of 32 keep 90 % of their rate beside 4 dead, 2 slow and 1 that answers garbage (polled every ${pollMs} ms)`, async () => {
    const alone = await (await run(GOOD, pollMs, true)).measure(30);
    const all = await run(ALL, pollMs, true);
    const first = await all.measure(60);
    const later = await all.measure(60);
    expect(sum(later) / sum(alone)).toBeGreaterThan(0.9);
    expect(Math.min(...later.map((rate, i) => rate / (alone[i] ?? 1)))).toBeGreaterThan(0.85);
    expect(sum(first) / sum(alone)).toBeGreaterThan(0.75);
    const states = all.units().map(({ unit, state }) => [unit, state]);
    expect(states.filter(([, state]) => state === 'parked').map(([unit]) => unit)).toEqual([...DEAD, GARBAGE]);
    expect(SLOW.every((unit) => (all.counts.get(unit) ?? 0) > 0)).toBe(true);
  }, 60_000);
}
