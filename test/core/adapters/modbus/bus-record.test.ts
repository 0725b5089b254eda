import { describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { createHarness, device, never } from '../harness.ts';

const meter = (id: string, unit: number) =>
  device({
    id,
    adapter: 'modbus-rtu',
    link: { kind: 'serial', path: '/dev/ttyS9' },
    unit,
    timeoutMs: 100,
    points: [{ name: 'a', table: 'holding', address: 0 }],
  });

/** Devices on one line that are opened, sent away and opened again; `silent` has the units that do not answer. */
function setUp() {
  const harness = createHarness();
  const registry = createBusRegistry();
  const silent = new Set<number>();
  harness.links.prepare = (link) => {
    link.answer = (request) => {
      const unit = request[0] ?? 0;
      return silent.has(unit) ? undefined : createRtuFramer('answers').wrap(unit, 0, Uint8Array.of(3, 2, 0, 1));
    };
  };
  const configs = [meter('one', 1), meter('two', 2)];
  const open = () =>
    Promise.all(configs.map((config) => createModbusAdapter('modbus-rtu', registry).open(config, harness.context, never)));
  const unit = (of: number) => registry.book.units(undefined).find((one) => one.unit === of);
  return { ...harness, registry, silent, open, unit };
}

describe('the record of a bus', () => {
  it('does not count the time in which a tool had the line', async () => {
    const { clock, open, unit } = setUp();
    const sessions = await open();
    await clock.advance(30_000);
    expect(unit(1)?.actualPerS).toBeCloseTo(1, 1);
    await Promise.all(sessions.map((session) => session.close()));
    await clock.advance(60_000);
    expect(unit(1)).toMatchObject({ actualPerS: 0, wantedPerS: 0, verdict: { state: 'ok' } });
    await open();
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1000);
      expect(unit(1)?.verdict.state).toBe('ok');
    }
    expect(unit(1)?.actualPerS).toBeCloseTo(1, 1);
  });
  it('does not call a unit parked that answers on the line that was opened again', async () => {
    const { clock, open, unit, silent, registry } = setUp();
    silent.add(2);
    const sessions = await open();
    await clock.advance(10_000);
    expect(unit(2)?.state).toBe('parked');
    await Promise.all(sessions.map((session) => session.close()));
    silent.clear();
    await open();
    await clock.advance(40_000);
    expect(unit(2)).toMatchObject({ state: 'ok', nextProbeAt: null });
    expect(registry.book.buses()).toMatchObject([{ parked: 0 }]);
  });
  it('names every device of the line to who claims it', async () => {
    const { context, open, registry } = setUp();
    const sessions = await open();
    const key = registry.book.buses()[0]?.id ?? '';
    expect(context.field.claims.users(key)).toEqual(['one', 'two']);
    const claim = await context.field.claims.take(key, 'Anna', never);
    expect(claim.pauses).toEqual(['one', 'two']);
    await sessions[0]?.close();
    expect(context.field.claims.users(key)).toEqual(['two']);
    await claim.release();
  });
});
