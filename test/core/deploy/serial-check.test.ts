import { expect, it } from 'vitest';
import { crossCheck } from '../../../core/deploy/cross-check.ts';
import { serialFaults } from '../../../core/deploy/serial-check.ts';
import { device } from '../adapters/harness.ts';

const link = { kind: 'tcp', host: 'h', port: 4001 };
const paths = (own: Parameters<typeof serialFaults>[0]): string[] => serialFaults(own, []).map(({ path }) => path.join('.'));
const frames = (framing: object, fields: object[], more: object = {}) =>
  device({ adapter: 'frames', link, framing, points: fields.map((field, i) => ({ name: `p${i}`, field })), ...more });
const END = { by: 'delimiter', end: '0a' };

it('a scanner with a table has one', () => {
  const points = [{ name: 'code', value: 'code' }];
  expect(paths(device({ adapter: 'scanner', link, points, symbology: 'table' }))).toEqual(['symbologies']);
  expect(paths(device({ adapter: 'scanner', link, points, symbology: 'table', symbologies: { F: 'EAN-13' } }))).toEqual([]);
});

it('fields of a frame can be what they say', () => {
  const good = [
    { type: 'uint16', at: 2 },
    { type: 'ascii', at: 0 },
    { type: 'bool', bit: 9 },
    { type: 'int8', mask: 15 },
    { at: -1 },
  ];
  expect(paths(frames(END, good))).toEqual([]);
  const bad = [
    { type: 'uint16', length: 4 },
    { type: 'float32', mask: 1 },
    { type: 'uint8', bit: 1 },
    { type: 'bool', bit: 9, length: 1 },
    { type: 'uint8', scale: 0 },
    { type: 'uint16', at: -1 },
  ];
  expect(paths(frames(END, bad))).toEqual([
    'points.0.field.length',
    'points.1.field.mask',
    'points.2.field.bit',
    'points.3.field.bit',
    'points.4.field.scale',
    'points.5.field.at',
  ]);
});

it('fields lie in a frame of fixed length', () => {
  const framing = { by: 'length', length: 4, sync: 'aa' };
  expect(
    paths(
      frames(framing, [
        { at: 2, type: 'uint16' },
        { at: -4, type: 'uint32' },
      ]),
    ),
  ).toEqual([]);
  expect(paths(frames(framing, [{ at: 3, type: 'uint16' }, { at: -5 }]))).toEqual(['points.0.field.at', 'points.1.field.at']);
});

it('frames can be found again after a lost byte', () => {
  const alone = { by: 'length', length: 4 };
  expect(paths(frames(alone, [{}]))).toEqual(['framing']);
  expect(paths(frames(alone, [{}], { checksum: { kind: 'xor8' } }))).toEqual([]);
  expect(paths(frames(alone, [{}], { ask: { send: '05' } }))).toEqual([]);
  expect(paths(frames({ by: 'delimiter', start: '7E', end: '7e' }, [{}]))).toEqual(['framing.start']);
  expect(paths(frames({ by: 'length', length: 400, sync: 'aa' }, [{}]))).toEqual(['maxLength']);
});

it('a command is one that the device can do', () => {
  const command = (action: string) => ({ name: action, do: { kind: 'action', action } });
  const points = [{ name: 'w', value: 'weight' }];
  const commands = [command('tare'), command('print')];
  expect(paths(device({ adapter: 'scale', link, points, protocol: 'sics', commands }))).toEqual(['commands.1.do.action']);
  const meter = { adapter: 'modbus-rtu', link, points: [{ name: 'w', table: 'holding', address: 0 }], commands } as const;
  expect(serialFaults(device(meter), []).map(({ message }) => message)).toEqual([
    'This kind of device has no actions, so it cannot "tare".',
    'This kind of device has no actions, so it cannot "print".',
  ]);
});

it('is part of the check of a document', () => {
  const own = frames({ by: 'length', length: 4 }, [{}]);
  const faults = crossCheck({ devices: [own], functions: [], subscriptions: [] });
  expect(faults.map(({ path }) => path.join('.'))).toEqual(['devices.0.framing']);
});
