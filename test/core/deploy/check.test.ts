import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';

const DEMO = readFileSync(new URL('../../../core/demo/site/site.yaml', import.meta.url), 'utf8');

/** Each fault in one line, as the command line shows it; an empty list means: valid. */
function faults(document: unknown): string[] {
  const result = checkDocument(typeof document === 'string' ? document : JSON.stringify(document));
  return result.faults.map((one) => `${one.path}: ${one.message}`);
}
const head = { schema: 'gatehouse/1', name: 'site' };
const serial = { kind: 'serial', path: '/dev/ttyS1' };
const point = { name: 'p', table: 'holding', address: 0 };
const meter = { id: 'meter', name: 'Meter', adapter: 'modbus-rtu', link: serial, points: [point] };
const scanner = { id: 'scan', name: 'Scanner', adapter: 'line', link: { kind: 'serial', path: 'COM3' }, points: [{ name: 'p' }] };
const withDevice = (more: object): unknown => ({ ...head, devices: [{ ...meter, ...more }] });
const withPoint = (more: object): unknown => withDevice({ points: [{ ...point, ...more }] });
const withCode = (code: unknown): unknown => ({ ...head, functions: [{ name: 'f', code }] });
const withRoute = (more: object): unknown => ({
  ...head,
  devices: [meter],
  functions: [{ name: 'f', code: { inline: 'x' } }],
  subscriptions: [{ id: 'r', source: 'device:meter', subject: '#', target: 'cloud', ...more }],
});

describe('a document', () => {
  it('of the demo site is valid', () => {
    expect(faults(DEMO)).toEqual([]);
  });

  it('with ten faults shows all ten at once, each with its path, its place and a remedy', () => {
    const text = [
      'schema: gatehouse/1',
      'name: My Site',
      'sight: typo',
      'devices:',
      '  - id: meter',
      '    name: Meter',
      '    adapter: modbus',
      '  - id: probe',
      '    name: Probe',
      '    adapter: modbus-rtu',
      '    link: { kind: serial, path: /dev/ttyS1, parity: maybe }',
      '    pollMs: fast',
      '    points:',
      '      - { name: a, table: holding, address: 70000 }',
      '  - id: door',
      '    name: Door',
      '    adapter: simulated',
      '    model: door-contact',
      '    points: [{ name: open }, { name: open }]',
      'functions:',
      '  - name: f',
      '    code: {}',
      'subscriptions:',
      '  - { id: r, source: "device:gone", subject: a/#/b, target: cloud }',
      '  - { id: s, source: "device:door", subject: "#", target: "function:gone" }',
    ].join('\n');
    const result = checkDocument(text);
    expect(result.faults.map((one) => `${one.line}:${one.column} ${one.path}`)).toEqual([
      '2:7 name',
      '3:1 sight',
      '7:14 devices[0].adapter',
      '11:53 devices[1].link.parity',
      '12:13 devices[1].pollMs',
      '14:45 devices[1].points[0].address',
      '19:38 devices[2].points[1].name',
      '22:11 functions[0].code',
      '24:46 subscriptions[0].subject',
      '25:59 subscriptions[1].target',
    ]);
    for (const fault of result.faults) expect(fault.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('in JSON has the same places', () => {
    const text =
      '{\n  "schema": "gatehouse/1",\n  "name": "x",\n  "devices": [\n    { "id": "A", "extra": 1,\n      "adapter": "line" }\n  ]\n}';
    const { faults: found } = checkDocument(text);
    expect(found.map((one) => `${one.line}:${one.column} ${one.path}`)).toEqual([
      '5:5 devices[0].name',
      '5:5 devices[0].link',
      '5:5 devices[0].points',
      '5:13 devices[0].id',
      '5:18 devices[0].extra',
    ]);
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown adapter',
      withDevice({ adapter: 'modbus' }),
      'devices[0].adapter: must be "modbus-rtu", "modbus-tcp", "modbus-ascii", "line", "nmea", "simulated", "obd", "scanner", "scale", "printer", "frames", "ble", "mqtt" or "sparkplug", not "modbus".',
    ],
    [
      'no adapter',
      withDevice({ adapter: undefined }),
      'devices[0].adapter: is missing; it must be "modbus-rtu", "modbus-tcp", "modbus-ascii", "line", "nmea", "simulated", "obd", "scanner", "scale", "printer", "frames", "ble", "mqtt" or "sparkplug".',
    ],
    [
      'an unknown link',
      withDevice({ link: { kind: 'usb' } }),
      'devices[0].link.kind: must be "serial", "tcp", "rfc2217" or "simulated", not "usb".',
    ],
    ['a fault deep in a point', withPoint({ address: 'x' }), 'devices[0].points[0].address: must be a number, not text.'],
    ['an unknown key in a point', withPoint({ adress: 1 }), 'devices[0].points[0].adress: "adress" is not known here.'],
    [
      'a choice of numbers',
      withDevice({ link: { ...serial, dataBits: 9 } }),
      'devices[0].link.dataBits: must be 5, 6, 7 or 8, not 9.',
    ],
    ['no points', withDevice({ points: [] }), 'devices[0].points: a device needs at least one point.'],
    ['code of neither kind', withCode({}), 'functions[0].code: needs "inline", "file", "zip" or "folder".'],
    [
      'code of both kinds',
      withCode({ inline: 'x', file: 'a.mjs' }),
      'functions[0].code: "file" and "inline" do not go together.',
    ],
    ['code that is text', withCode('a.mjs'), 'functions[0].code: must be a group of fields, not text.'],
    [
      'code outside the folder',
      withCode({ file: '../a.mjs' }),
      'functions[0].code.file: name a .mjs, .cjs, .js, .ts, .mts or .cts file below the folder of the document.',
    ],
    [
      'a key of the other kind',
      withCode({ file: 'a.mjs', format: 'module' }),
      'functions[0].code.format: "format" is not known here.',
    ],
    [
      'a name of the environment',
      { ...head, functions: [{ name: 'f', code: { inline: 'x' }, env: { '1a': 'x' } }] },
      'functions[0].env.1a: the name must be a name of letters, digits and "_".',
    ],
    [
      'a number that should be text',
      { ...head, functions: [{ name: 'f', code: { inline: 'x' }, env: { A: 3 } }] },
      'functions[0].env.A: must be text, not a number.',
    ],
    ['a fraction', withDevice({ pollMs: 10.5 }), 'devices[0].pollMs: must be a whole number, not 10.5.'],
    ['a number beyond all bounds', withDevice({ pollMs: 1e300 }), 'devices[0].pollMs: must be at most a day (86400000 ms).'],
    ['too many words', { ...head, description: 'x'.repeat(1001) }, 'description: must have at most 1000 characters.'],
    ['nothing', '', '(document): must be a group of fields, not empty.'],
    ['a list', '[]', '(document): must be a group of fields, not a list.'],
    [
      'a route from nowhere',
      withRoute({ source: 'meter' }),
      'subscriptions[0].source: use "cloud", "local", "device:<id>", "device:*", "function:<name>" or "function:*".',
    ],
    [
      'a point of several kinds',
      withDevice({ ...scanner, points: [{ name: 'p', from: null }] }),
      'devices[0].points[0].from: must be text or a number, not empty.',
    ],
  ])('with %s says what is wrong', (_, document, expected) => {
    expect(faults(document)).toEqual([expected]);
  });

  it('with a number that is none says so', () => {
    expect(faults('schema: gatehouse/1\nname: x\nsettings: { hopLimit: .inf, history: { keepDays: .nan } }')).toEqual([
      'settings.hopLimit: is not a number that can be used.',
      'settings.history.keepDays: is not a number that can be used.',
    ]);
    expect(faults('{"schema":"gatehouse/1","name":"x","settings":{"hopLimit":1e999}}')).toEqual([
      'settings.hopLimit: is not a number that can be used.',
    ]);
  });

  it.each<[string, unknown, string, string]>([
    [
      'two devices of one id',
      { ...head, devices: [meter, { ...meter, link: { kind: 'tcp', host: 'h', port: 1 } }] },
      'devices[1].id',
      'used twice',
    ],
    [
      'two functions of one name',
      {
        ...head,
        functions: [
          { name: 'f', code: { inline: 'x' } },
          { name: 'f', code: { inline: 'y' } },
        ],
      },
      'functions[1].name',
      'used twice',
    ],
    [
      'two subscriptions of one id',
      { ...head, subscriptions: ['cloud', 'local'].map((source) => ({ id: 'r', source, subject: '#', target: 'history' })) },
      'subscriptions[1].id',
      'used twice',
    ],
    [
      'two points of one name',
      withDevice({ points: [point, { ...point, address: 1 }] }),
      'devices[0].points[1].name',
      'used twice',
    ],
    ['a source that does not exist', withRoute({ source: 'device:gone' }), 'subscriptions[0].source', 'no device "gone"'],
    ['a target that does not exist', withRoute({ target: 'function:gone' }), 'subscriptions[0].target', 'no function "gone"'],
    [
      'a route to itself',
      withRoute({ source: 'function:f', target: 'function:f' }),
      'subscriptions[0].target',
      'both "function:f"',
    ],
    [
      'a pattern beside a separator',
      withDevice({ ...scanner, pattern: '(?<p>.)', separator: ';', points: [{ name: 'p', from: 0 }] }),
      'devices[0].separator',
      'not by both',
    ],
    ['a pattern that is none', withDevice({ ...scanner, pattern: '(?<p>.' }), 'devices[0].pattern', 'cannot be used'],
    [
      'a group that the pattern has not',
      withDevice({ ...scanner, pattern: '(?<q>.)' }),
      'devices[0].points[0].from',
      'no group "p"',
    ],
    ['a column without number', withDevice({ ...scanner, separator: ';' }), 'devices[0].points[0].from', 'number of its column'],
    ['a poll of all units of a serial line', withDevice({ unit: 0 }), 'devices[0].unit', 'none of them answers'],
    ['Modbus TCP on a serial port', withDevice({ adapter: 'modbus-tcp' }), 'devices[0].link.kind', 'kind "tcp"'],
    ['a number in a coil', withPoint({ table: 'coil', type: 'uint16' }), 'devices[0].points[0].type', 'holds one bit'],
    ['a bool without its bit', withPoint({ type: 'bool' }), 'devices[0].points[0].bit', 'number of its bit'],
    [
      'a value beyond the last register',
      withPoint({ address: 65533, type: 'float64' }),
      'devices[0].points[0].address',
      'beyond the last address',
    ],
    [
      'an input that is written',
      withPoint({ table: 'input', writable: true }),
      'devices[0].points[0].writable',
      'cannot be written',
    ],
    ['a scale of nothing', withPoint({ scale: 0 }), 'devices[0].points[0].scale', 'every value 0'],
    [
      'a port for two protocols',
      { ...head, devices: [meter, { ...scanner, link: serial }] },
      'devices[1].link.path',
      'used by "meter" already',
    ],
    [
      'a port with two settings',
      { ...head, devices: [meter, { ...meter, id: 'm2', unit: 2, link: { ...serial, parity: 'even' } }] },
      'devices[1].link',
      '9600 8N1 for "meter" and 9600 8E1',
    ],
    [
      'a port with two ways of flow control',
      { ...head, devices: [meter, { ...meter, id: 'm2', unit: 2, link: { ...serial, rtscts: true } }] },
      'devices[1].link',
      'RTS/CTS',
    ],
  ])('with %s is refused, with a remedy', (_, document, path, words) => {
    const { faults: found } = checkDocument(JSON.stringify(document));
    expect(found.map((one) => one.path)).toEqual([path]);
    expect(found[0]?.message).toContain(words);
    expect(found[0]?.remedy).toMatch(/\S.*\.$/);
    expect(found[0]?.line).not.toBeNull();
  });

  it.each<[string, unknown]>([
    [
      'a port that another device, switched off, would use',
      {
        ...head,
        devices: [
          { ...meter, enabled: false },
          { ...scanner, link: serial },
        ],
      },
    ],
    ['two units on one port', { ...head, devices: [meter, { ...meter, id: 'm2', unit: 2 }] }],
    ['the last register', withPoint({ address: 65534, type: 'float32' })],
    ['an escape that JavaScript allows outside of Unicode mode', withDevice({ ...scanner, pattern: '^\\:(?<p>\\d+)' })],
    ['names where others of the kind are faulty', withRoute({ source: 'device:*', target: 'device:meter' })],
  ])('may have %s', (_, document) => {
    expect(faults(document)).toEqual([]);
  });

  it('does not call a device unknown only because it has a fault of its own', () => {
    const document = {
      ...head,
      devices: [{ ...meter, adapter: 'x' }],
      subscriptions: [{ id: 'r', source: 'device:meter', subject: '#', target: 'cloud' }],
    };
    expect(checkDocument(JSON.stringify(document)).faults.map((one) => one.path)).toEqual(['devices[0].adapter']);
  });
});

describe('a text', () => {
  it('that is not YAML says where', () => {
    const { faults: found } = checkDocument('schema: gatehouse/1\nname: "x\ndevices: []\n');
    expect(found[0]).toMatchObject({ path: '(document)', line: expect.any(Number), remedy: expect.stringContaining('quotes') });
    expect(found[0]?.message).toMatch(/^The text is not valid YAML or JSON: .*\.$/);
  });

  it('with a key twice is refused', () => {
    expect(faults('schema: gatehouse/1\nname: x\nname: y')[0]).toContain('unique');
  });

  it('that would unfold to a huge document is refused', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    const { ok, faults: found } = checkDocument(['l0: &l0 [x]', ...levels].join('\n'));
    expect(ok).toBe(false);
    expect(found).toHaveLength(1);
    expect(found[0]?.remedy).toContain('alias');
  });

  it('nested beyond measure is refused, not fatal', () => {
    for (const text of ['['.repeat(50_000), `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, '- '.repeat(5000)]) {
      expect(checkDocument(text).ok).toBe(false);
    }
  });

  it('of any kind never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ':', ' ', '-', '\n', '&a', '*a', '"', '|', '!', 'a') }),
        ),
        (text) => {
          const { ok, faults: found } = checkDocument(text);
          expect(ok).toBe(false);
          for (const one of found) expect(one.message && one.remedy && one.path).toBeTruthy();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a document with any value anywhere never throws, and every fault has a remedy', () => {
    const paths = [
      'schema',
      'devices',
      'devices.0',
      'devices.0.link',
      'devices.0.points',
      'devices.0.points.0',
      'devices.0.points.0.address',
      'functions.0.code',
      'functions.0.env',
      'subscriptions.0.queue',
      'settings',
      'settings.history',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const document: Record<string, unknown> = structuredClone({ ...(withRoute({}) as object), settings: { history: {} } });
        const keys = path.split('.');
        let at = document;
        for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>; // the paths above exist
        at[keys.at(-1) ?? ''] = value;
        for (const one of checkDocument(JSON.stringify(document)).faults) {
          expect(one.message).not.toMatch(/Invalid|undefined|\[object/);
          expect(one.remedy).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });
});
