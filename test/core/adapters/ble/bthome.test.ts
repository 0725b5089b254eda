import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BTHOME_OBJECTS } from '../../../../core/adapters/ble/bthome-objects.ts';
import { decodeAdvert } from '../../../../core/adapters/ble/decode.ts';
import { parts } from './adverts.ts';

const decode = (hexText: string) => decodeAdvert(parts({ services: { fcd2: hexText } }));
const values = (hexText: string) => Object.fromEntries(decode(hexText).facts.map(({ name, value }) => [name, value]));

/** Examples of the tables in bthome.io/format, without the head byte. */
const EXAMPLES: readonly (readonly [string, string, number | string | boolean])[] = [
  ['0161', 'battery', 97],
  ['02CA09', 'temperature', 25.06],
  ['03BF13', 'humidity', 50.55],
  ['04138A01', 'pressure', 1008.83],
  ['05138A14', 'illuminance', 13460.67],
  ['065E1F', 'mass', 80.3],
  ['073E1D', 'mass-lb', 74.86],
  ['08CA06', 'dew-point', 17.38],
  ['0960', 'count', 96],
  ['0A138A14', 'energy', 1346.067],
  ['0B021B00', 'power', 69.14],
  ['0C020C', 'voltage', 3.074],
  ['0D120C', 'pm2-5', 3090],
  ['0E021C', 'pm10', 7170],
  ['12E204', 'co2', 1250],
  ['133301', 'tvoc', 307],
  ['14020C', 'moisture', 30.74],
  ['2E23', 'humidity', 35],
  ['2F23', 'moisture', 35],
  ['3D0960', 'count', 24585],
  ['3E2A2C0960', 'count', 1611213866],
  ['3F020C', 'rotation', 307.4],
  ['400C00', 'distance-mm', 12],
  ['414E00', 'distance', 7.8],
  ['424E3400', 'duration', 13.39],
  ['434E34', 'current', 13.39],
  ['444E34', 'speed', 133.9],
  ['451101', 'temperature', 27.3],
  ['4632', 'uv-index', 5],
  ['478756', 'volume', 2215.1],
  ['48DC87', 'volume-ml', 34780],
  ['49DC87', 'flow', 34.78],
  ['4A020C', 'voltage', 307.4],
  ['4B138A14', 'gas', 1346.067],
  ['4C41018A01', 'gas', 25821.505],
  ['4D12138A14', 'energy', 344593.17],
  ['4E87562A01', 'volume', 19551.879],
  ['4F87562A01', 'water', 19551.879],
  ['505D396164', 'time', 1684093277],
  ['518756', 'acceleration', 22.151],
  ['528756', 'gyroscope', 22.151],
  ['530C48656C6C6F20576F726C6421', 'text', 'Hello World!'],
  ['540C48656C6C6F20576F726C6421', 'raw', '48656c6c6f20576f726c6421'],
  ['5587562A01', 'volume-stored', 19551.879],
  ['56E803', 'conductivity', 1000],
  ['57EA', 'temperature', -22],
  ['58EA', 'temperature', -7.7],
  ['59EA', 'count', -22],
  ['5AEAEA', 'count', -5398],
  ['5BEA0234EA', 'count', -365690134],
  ['5D02EA', 'current', -5.63],
  ['6240 99DFFF', 'speed', -2.123456],
  ['630057D0FF', 'acceleration', -3.123456],
  ['1501', 'battery-low', true],
  ['1100', 'opening', false],
  ['2D01', 'window', true],
  ['3A04', 'button', 'long press'],
  ['3A80', 'button', 'hold press'],
  ['3C0103', 'dimmer', 'rotate left'],
  ['3C00000262FC', 'temperature', -9.26],
  ['1F01', 'unlocked', true],
  ['F100010204', 'firmware', '4.2.1.0'],
  ['F2000106', 'firmware', '6.1.0'],
];

it.each(EXAMPLES)('reads %s of the BTHome tables as %s', (object, name, value) => {
  expect(values(`40${object}`)[name]).toBe(value);
});

it('reads the whole example of the specification, and numbers what comes twice', () => {
  expect(decode('4002C40903BF13')).toMatchObject({ format: 'BTHome v2', decoder: 'bthome-v2', problem: '' });
  expect(values('4002C40903BF13')).toEqual({ temperature: 25, humidity: 50.55 });
  expect(values('40 02C409 02CA09')).toEqual({ temperature: 25, 'temperature-2': 25.06 });
  expect(values('40 3A00 3A01')).toEqual({ button: 'press' });
});

it('keeps what stands before an unknown object, and names encryption and versions instead of guessing', () => {
  expect(decode('40 015D FE 5D09')).toMatchObject({
    facts: [{ name: 'battery', value: 93 }],
    problem: expect.stringContaining('0xfe'),
  });
  expect(decode('41 A47266C95F73 00112233 78237214')).toMatchObject({
    facts: [],
    problem: 'BTHome v2, encrypted: needs the device’s key',
    seal: { state: 'no-key', decoder: 'bthome-v2' },
  });
  expect(decode('E1 02000C04')).toMatchObject({ facts: [], problem: expect.stringContaining('version 7') });
  expect(decode('')).toMatchObject({ facts: [], problem: expect.stringContaining('empty') });
});

it('gives nothing from a frame that is cut off anywhere inside an object', () => {
  const objects = [...BTHOME_OBJECTS].flatMap(([id, object]) => (object.kind === 'number' ? [{ id, bytes: object.bytes }] : []));
  fc.assert(
    fc.property(fc.constantFrom(...objects), fc.nat(3), ({ id, bytes }, kept) => {
      const frame = Uint8Array.from([0x40, 0x01, 50, id, ...new Array(Math.min(kept, bytes - 1)).fill(0)]);
      const { facts, problem } = decodeAdvert({ ...parts({}), services: new Map([['fcd2', frame]]) });
      expect(facts).toEqual([]);
      expect(problem).not.toBe('');
    }),
  );
});
