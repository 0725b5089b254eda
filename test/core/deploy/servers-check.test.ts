import { expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';

const meter = {
  id: 'meter',
  name: 'Meter',
  adapter: 'modbus-tcp',
  link: { kind: 'tcp', host: 'plc', port: 502 },
  points: [
    { name: 'power', table: 'holding', address: 0, type: 'float32' },
    { name: 'set', table: 'holding', address: 2, writable: true },
  ],
};
const served = (more: object) => ({ table: 'holding', address: 0, device: 'meter', point: 'power', ...more });
function faults(points: object[], server: object = {}, others: object[] = []): string[] {
  const servers = { modbus: [{ id: 'scada', points, ...server }, ...others] };
  const text = JSON.stringify({ schema: 'gatehouse/1', name: 'site', devices: [meter], servers });
  return checkDocument(text).faults.map(({ path, message }) => `${path}: ${message}`);
}

it('is sound where every point is there and has its own registers', () => {
  expect(faults([served({}), served({ address: 2, point: 'set', type: 'uint16', writable: true })])).toEqual([]);
});
it.each<[object, string]>([
  [{ device: 'gone' }, 'There is no device "gone".'],
  [{ point: 'gone' }, 'The device "meter" has no point "gone".'],
  [{ writable: true }, 'The point "power" of "meter" is not writable itself.'],
  [{ table: 'coil' }, 'A coil holds one bit, not float32.'],
  [{ table: 'input', point: 'set', writable: true }, 'The table "input" cannot be written.'],
  [{ address: 65_535 }, 'float32 at 65535 reaches beyond the last address 65535.'],
  [{ type: 'string' }, 'A text cannot be served.'],
  [{ scale: 0 }, 'A value cannot be divided by a scale of 0.'],
])('%j is named', (more, message) => {
  const found = faults([served(more)]);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});
it('names registers that are taken twice, addresses that are none, and ports that are', () => {
  expect(faults([served({}), served({ address: 1, point: 'set' })])[0]).toContain('holding 1 is taken by meter/power already.');
  expect(faults([served({})], { host: '' })[0]).toContain('no address to listen on');
  expect(faults([served({})], { allow: ['10.0.0.7', '10.0.0.0/24', 'plc', '10.0.0.0/33'] })).toHaveLength(2);
  expect(faults([served({})], {}, [{ id: 'scada', points: [served({})] }])).toHaveLength(2);
});

it('is checked as well where something else has a slip, and blames no device for a slip of its own', () => {
  const slip = { ...meter, id: 'slip', unit: 300 };
  const text = JSON.stringify({
    schema: 'gatehouse/1',
    name: 'site',
    devices: [meter, slip],
    servers: {
      modbus: [
        { id: 'scada', points: [served({}), served({ device: 'slip', address: 1 }), served({ device: 'gone', address: 4 })] },
      ],
    },
  });
  expect(checkDocument(text).faults.map(({ path }) => path)).toEqual([
    'devices[1].unit',
    'servers.modbus[0].points[1].address',
    'servers.modbus[0].points[2].device',
  ]);
});
