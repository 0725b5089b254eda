import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editInBackground } from '../../../core/deploy/background-edit.ts';
import { checkDocument } from '../../../core/deploy/check.ts';
import { editDevices } from '../../../core/deploy/edit-devices.ts';
import { device, textOf } from './document-of.ts';

const DEMO = readFileSync(new URL('../../../core/demo/site/site.yaml', import.meta.url), 'utf8');

const YAML = `# Pump house, see drawing 12
schema: gatehouse/1
name: pumps

devices:
  # The old one, to be replaced in spring
  - id: meter
    name: Meter # main feed
    adapter: modbus-rtu
    link: { kind: serial, path: /dev/ttyUSB0 }
    unit: 3 # set by its switches
    points:
      # From the manual, page 12
      - { name: voltage, unit: V, table: input, address: 0, type: float32 }
      - { name: power, unit: W, table: input, address: 12, type: float32 }
subscriptions:
  - { id: all, source: "device:*", subject: "#", target: history } # everything
`;
const METER = {
  id: 'meter',
  name: 'Meter',
  adapter: 'modbus-rtu',
  link: { kind: 'serial', path: '/dev/ttyUSB0' },
  unit: 3,
  points: [
    { name: 'voltage', unit: 'V', table: 'input', address: 0, type: 'float32' },
    { name: 'power', unit: 'W', table: 'input', address: 12, type: 'float32' },
  ],
};
const DOOR = { ...device('door') };

const parsed = (text: string) => {
  const result = checkDocument(text);
  if (!result.ok) throw new Error(result.faults.map((one) => `${one.path}: ${one.message}`).join('\n'));
  return result.document;
};
const lines = (text: string): string[] => text.trimEnd().split('\n');
const missing = (before: string, after: string): string[] => lines(before).filter((line) => !lines(after).includes(line));

it('adds a device and leaves every line of the text as it was', () => {
  const text = editDevices(YAML, { device: DOOR, replaces: null, subscriptions: [] });
  expect(missing(YAML, text)).toEqual([]);
  expect(parsed(text).devices.map(({ id }) => id)).toEqual(['meter', 'door']);
  const demo = editDevices(DEMO, { device: DOOR, replaces: null, subscriptions: [] });
  expect(missing(DEMO, demo)).toEqual([]);
  expect(parsed(demo).devices).toHaveLength(7);
});

it('writes points and the link on a line each', () => {
  const text = editDevices(YAML, { device: { ...METER, id: 'second' }, replaces: null, subscriptions: [] });
  expect(lines(text)).toContain('    link: { kind: serial, path: /dev/ttyUSB0 }');
  expect(
    lines(text).filter((line) => line.includes('- { name: voltage, unit: V, table: input, address: 0, type: float32 }')),
  ).toHaveLength(2);
});

it('replaces a device in its place and keeps the comments of what stays', () => {
  const [voltage] = METER.points;
  const next = {
    ...METER,
    unit: 17,
    points: [voltage, { name: 'energy', unit: 'kWh', table: 'input', address: 342, type: 'float32' }],
  };
  const text = editDevices(YAML, { device: next, replaces: 'meter', subscriptions: [] });
  expect(missing(YAML, text)).toEqual([
    '    unit: 3 # set by its switches',
    '      - { name: power, unit: W, table: input, address: 12, type: float32 }',
  ]);
  expect(text).toContain('unit: 17');
  expect(text).toContain('# The old one, to be replaced in spring');
  expect(parsed(text).devices[0]).toMatchObject({ unit: 17, points: [{ name: 'voltage' }, { name: 'energy', address: 342 }] });
});

it('changes nothing where nothing is different', () => {
  expect(editDevices(YAML, { device: METER, replaces: 'meter', subscriptions: [] })).toBe(YAML);
});

it('writes no defaults where the device is given as it runs, with one thing changed', () => {
  const before = parsed(YAML).devices[0];
  if (before?.adapter !== 'modbus-rtu') throw new Error('no meter');
  const link = { ...before.link, path: '/dev/ttyUSB3' };
  const points = before.points.map((point) => (point.name === 'power' ? { ...point, unit: 'kW' } : point));
  const text = editDevices(YAML, { device: { ...before, link, points }, replaces: 'meter', before, subscriptions: [] });
  expect(text).toBe(YAML.replace('/dev/ttyUSB0', '/dev/ttyUSB3').replace('power, unit: W', 'power, unit: kW'));
});

it('takes away what the device does not have any more', () => {
  const { unit: _unit, ...rest } = METER;
  expect(editDevices(YAML, { device: rest, replaces: 'meter', subscriptions: [] })).not.toContain('unit: 3');
});

it('adds subscriptions, and replaces one of the same id', () => {
  const route = { id: 'door-to-cloud', source: 'device:door', subject: 'devices/door/#', target: 'cloud' };
  const once = editDevices(YAML, { device: DOOR, replaces: null, subscriptions: [route] });
  expect(once).toContain('# everything');
  const twice = editDevices(once, { device: DOOR, replaces: 'door', subscriptions: [{ ...route, target: 'history' }] });
  expect(parsed(twice).subscriptions.map(({ id, target }) => `${id} ${target}`)).toEqual([
    'all history',
    'door-to-cloud history',
  ]);
});

it('writes a part that is shared by an alias out before it changes it', () => {
  const shared = YAML.replace(
    'link: { kind: serial, path: /dev/ttyUSB0 }',
    'link: &line { kind: serial, path: /dev/ttyUSB0 }',
  ).replace(
    'subscriptions:',
    `  - { id: other, name: Other, adapter: modbus-rtu, link: *line, unit: 4, points: [{ name: a, table: input, address: 0 }] }\nsubscriptions:`,
  );
  const other = {
    id: 'other',
    name: 'Other',
    adapter: 'modbus-rtu',
    link: { kind: 'serial', path: '/dev/ttyUSB9' },
    unit: 4,
    points: [{ name: 'a', table: 'input', address: 0 }],
  };
  const document = parsed(editDevices(shared, { device: other, replaces: 'other', subscriptions: [] }));
  expect(document.devices).toMatchObject([{ link: { path: '/dev/ttyUSB0' } }, { link: { path: '/dev/ttyUSB9' } }]);
});

it('makes a document where there is none, and a list where it is missing or empty', () => {
  const first = editDevices(null, {
    device: DOOR,
    replaces: null,
    subscriptions: [{ id: 'a', source: 'device:door', subject: '#', target: 'cloud' }],
  });
  expect(parsed(first)).toMatchObject({ devices: [{ id: 'door' }], subscriptions: [{ id: 'a' }] });
  expect(first).not.toContain('[ {');
  for (const start of ['schema: gatehouse/1\nname: a\n', 'schema: gatehouse/1\nname: a\ndevices: []\n']) {
    expect(parsed(editDevices(start, { device: DOOR, replaces: null, subscriptions: [] })).devices).toHaveLength(1);
  }
});

it('keeps JSON as JSON', () => {
  const before = JSON.stringify(JSON.parse(textOf({ devices: [DOOR] })), null, 2);
  const text = editDevices(before, { device: { ...device('gate') }, replaces: null, subscriptions: [] });
  expect(JSON.parse(text).devices.map(({ id }: { id: string }) => id)).toEqual(['door', 'gate']);
  expect(text.startsWith('{\n  "schema"')).toBe(true);
});

it('says where the device to replace is not there, and where the text cannot be edited', () => {
  expect(() => editDevices(YAML, { device: DOOR, replaces: 'nobody', subscriptions: [] })).toThrow('nobody');
  for (const text of ['a: [', 'just text', '- a list']) {
    expect(() => editDevices(text, { device: DOOR, replaces: null, subscriptions: [] })).toThrow('cannot be edited');
  }
});

it('edits a large document in a thread of its own, with the same result and the same faults', async () => {
  const points = Array.from({ length: 40 }, (_, i) => ({ name: `p${i}`, table: 'input', address: i }));
  let large = YAML;
  for (let i = 0; i < 10; i += 1)
    large = editDevices(large, { device: { ...METER, id: `m${i}`, points }, replaces: null, subscriptions: [] });
  expect(large.length).toBeGreaterThan(16_384);
  const edit = { device: DOOR, replaces: null, subscriptions: [] };
  expect(await editInBackground(large, edit)).toBe(editDevices(large, edit));
  await expect(editInBackground(large, { ...edit, replaces: 'nobody' })).rejects.toMatchObject({
    code: 'adapter/unknown-device',
    message: expect.stringContaining('nobody'),
  });
});

it('gives back what was put in, whatever text it has', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.string({ maxLength: 16 }), (name, unit) => {
      const odd = { ...METER, id: 'odd', name, points: [{ ...METER.points[0], unit }] };
      const text = editDevices(YAML, { device: odd, replaces: null, subscriptions: [] });
      expect(parsed(text).devices[1]).toMatchObject({ name, points: [{ unit }] });
    }),
  );
});
