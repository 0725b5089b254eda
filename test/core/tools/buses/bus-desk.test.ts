import { expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { DeploymentDocument } from '../../../../core/contract/document/document.ts';
import { createBusDesk } from '../../../../core/tools/buses/bus-desk.ts';
import { plainKey } from '../../../../core/transports/ports/claims.ts';
import { createHarness, device, never } from '../../adapters/harness.ts';

const caller = { kind: 'console', id: 'c' } as const;
const LINK = { kind: 'serial', path: '/dev/ttyS9', baudRate: 19_200 };
const unitOf = (unit: number) =>
  device({
    id: `unit-${unit}`,
    adapter: 'modbus-rtu',
    link: LINK,
    unit,
    timeoutMs: 100,
    points: [{ name: 'a', table: 'holding', address: 0 }],
  });

/** Unit 1 answers, unit 2 does not. */
async function setUp() {
  const harness = createHarness();
  const registry = createBusRegistry();
  harness.links.prepare = (link) => {
    link.answer = (request) => (request[0] === 1 ? createRtuFramer('answers').wrap(1, 0, Uint8Array.of(3, 2, 0, 1)) : undefined);
  };
  const devices = [unitOf(1), unitOf(2)];
  for (const config of devices) await createModbusAdapter('modbus-rtu', registry).open(config, harness.context, never);
  let site = DeploymentDocument.parse({ schema: 'gatehouse/1', name: 'site', devices });
  const desk = createBusDesk({
    adapters: { buses: registry.book, open: () => Promise.reject(new Error('not here')) },
    lines: { keyOf: plainKey } as never, // the desk asks a line for its key only
    site: () => site,
  });
  const rows = <T extends 'buses' | 'units'>(topic: T, params: { bus?: string } = {}) => {
    const view = desk.views[topic];
    if (view.kind !== 'table') throw new Error('not a table');
    return view.rows(params as never);
  };
  return { ...harness, desk, rows, remove: () => (site = { ...site, devices: [] }) };
}

it('shows what was measured, the parked unit, the verdict, and probes it when told', async () => {
  const { clock, desk, rows, links } = await setUp();
  await clock.advance(10_000);
  const [bus] = rows('buses');
  expect(bus).toMatchObject({
    id: 'path:/dev/ttyS9',
    framing: 'rtu',
    open: true,
    units: 2,
    parked: 1,
    budget: '',
    wantedRoundMs: 1000,
  });
  expect(bus).toMatchObject({ verdict: { state: 'maintenance', finding: '1 of 2 units gives no usable answer: 2.' } });
  const [one, two] = rows('units', { bus: 'path:/dev/ttyS9' });
  expect(one).toMatchObject({
    unit: 1,
    devices: ['unit-1'],
    state: 'ok',
    timeouts: 0,
    wantedPerS: 1,
    actualPerS: expect.closeTo(1, 1),
  });
  expect(two).toMatchObject({ unit: 2, state: 'parked', parkedTimes: 1, answers: 0, verdict: { state: 'failure' } });
  expect(one && 'histogram' in one && one.histogram.reduce((sum, count) => sum + count, 0)).toBe(11);
  const sent = links.opened[0]?.written.filter((request) => request[0] === 2).length ?? 0;
  await desk.calls['bus.probe']({ bus: 'path:/dev/ttyS9', unit: 2 }, never, caller);
  await clock.advance(150);
  expect(links.opened[0]?.written.filter((request) => request[0] === 2)).toHaveLength(sent + 1);
  const minutes = await desk.calls['bus.timeline']({ bus: 'path:/dev/ttyS9', unit: 2 }, never, caller);
  expect(minutes.reduce((sum, { timeouts }) => sum + timeouts, 0)).toBeGreaterThanOrEqual(3);
});

it('starts from zero when told, and shows no bus that is not in the document', async () => {
  const { clock, desk, rows, remove } = await setUp();
  await clock.advance(5000);
  await desk.calls['bus.reset']({ bus: 'path:/dev/ttyS9' }, never, caller);
  expect(rows('units')[0]).toMatchObject({ requests: 0, answers: 0 });
  await expect(desk.calls['bus.timeline']({ bus: 'path:/dev/none', unit: null }, never, caller)).rejects.toMatchObject({
    code: 'api/bad-input',
  });
  remove();
  expect([rows('buses'), rows('units')]).toEqual([[], []]);
});

it('says that the bus is too slow for what is asked', async () => {
  const harness = createHarness();
  const registry = createBusRegistry();
  const points = Array.from({ length: 100 }, (_, i) => ({ name: `p${i}`, table: 'holding', address: i }));
  const link = { kind: 'serial', path: '/dev/ttyS9', baudRate: 1200 };
  const config = device({ id: 'slow', adapter: 'modbus-rtu', link, points, pollMs: 1000 });
  await createModbusAdapter('modbus-rtu', registry).open(config, harness.context, never);
  // 8 + 205 characters of 10 bits at 1200 baud, and 10 ms until the first answer says better
  expect(registry.book.buses()[0]?.budget).toBe('This bus needs 1.79 s a round; you asked for 1 s.');
});
