import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeAdvert } from '../../../../core/adapters/ble/decode.ts';
import type { AdvertParts } from '../../../../core/adapters/ble/fact.ts';
import { ADVERT_DECODERS } from '../../../../core/contract/document/wireless-devices.ts';
import { parts } from './adverts.ts';

const read = (of: AdvertParts) => Object.fromEntries(decodeAdvert(of).facts.map(({ name, value }) => [name, value]));
const ruuvi = (text: string) => parts({ manufacturer: { 1177: text } });

it('passes the test vectors of Ruuvi data format 5', () => {
  expect(read(ruuvi('0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F'))).toEqual({
    temperature: 24.3,
    humidity: 53.49,
    pressure: 1000.44,
    'acceleration-x': 0.004,
    'acceleration-y': -0.004,
    'acceleration-z': 1.036,
    'battery-voltage': 2.977,
    'tx-power': 4,
    movements: 66,
    sequence: 205,
  });
  expect(read(ruuvi('057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F'))).toEqual({
    temperature: 163.835,
    humidity: 163.835,
    pressure: 1155.34,
    'acceleration-x': 32.767,
    'acceleration-y': 32.767,
    'acceleration-z': 32.767,
    'battery-voltage': 3.646,
    'tx-power': 20,
    movements: 254,
    sequence: 65534,
  });
  expect(read(ruuvi('058001000000008001800180010000000000CBB8334C884F'))).toEqual({
    temperature: -163.835,
    humidity: 0,
    pressure: 500,
    'acceleration-x': -32.767,
    'acceleration-y': -32.767,
    'acceleration-z': -32.767,
    'battery-voltage': 1.6,
    'tx-power': -40,
    movements: 0,
    sequence: 0,
  });
  expect(read(ruuvi('058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF'))).toEqual({});
});

it('passes the test vectors of Ruuvi data format 3', () => {
  expect(read(ruuvi('03291A1ECE1EFC18F94202CA0B53'))).toEqual({
    temperature: 26.3,
    humidity: 20.5,
    pressure: 1027.66,
    'acceleration-x': -1,
    'acceleration-y': -1.726,
    'acceleration-z': 0.714,
    'battery-voltage': 2.899,
  });
  expect(read(ruuvi('03FF7F63FFFF7FFF7FFF7FFFFFFF'))).toMatchObject({
    temperature: 127.99,
    humidity: 127.5,
    pressure: 1155.35,
    'battery-voltage': 65.535,
  });
  expect(read(ruuvi('0300FF6300008001800180010000'))).toMatchObject({
    temperature: -127.99,
    pressure: 500,
    'acceleration-x': -32.767,
  });
});

it('reads iBeacon by its fixed prefix, and only whole', () => {
  const bytes = '0215 E2C56DB5DFFB48D2B060D0F5A71096E0 0001 0203 C5';
  expect(read(parts({ manufacturer: { 76: bytes } }))).toEqual({
    uuid: 'e2c56db5-dffb-48d2-b060-d0f5a71096e0',
    major: 1,
    minor: 515,
    'power-at-1m': -59,
  });
  expect(decodeAdvert(parts({ manufacturer: { 76: bytes.slice(0, -2) } }))).toMatchObject({ format: 'iBeacon', facts: [] });
  expect(decodeAdvert(parts({ manufacturer: { 76: '1005031c6e1f59' } })).format).toBe('');
});

const eddystone = (text: string) => parts({ services: { feaa: text } });

it('reads Eddystone by its specification: power, scheme and endings, telemetry in 8.8 fixed point', () => {
  // Namespace of the specification's example, power +18 and -18 as in its examples.
  expect(read(eddystone('00 12 8b0ca750095477cb3e77 010203040506 0000'))).toEqual({
    'power-at-0m': 18,
    namespace: '8b0ca750095477cb3e77',
    instance: '010203040506',
  });
  // https://goo.gl/Aq18zF and http://www.example.com/ with the expansions of the tables.
  expect(read(eddystone(`10 EE 03 ${Buffer.from('goo.gl/Aq18zF').toString('hex')}`))).toEqual({
    'power-at-0m': -18,
    url: 'https://goo.gl/Aq18zF',
  });
  expect(read(eddystone(`10 00 00 ${Buffer.from('example').toString('hex')} 00`))['url']).toBe('http://www.example.com/');
  expect(read(eddystone('20 00 0BB8 1780 0000000A 00000064'))).toEqual({
    'battery-voltage': 3,
    temperature: 23.5,
    advertisements: 10,
    uptime: 10,
  });
  expect(read(eddystone('20 00 0000 8000 0000000A 00000064'))).toEqual({ advertisements: 10, uptime: 10 });
});

it('names what it cannot read of Eddystone: encrypted, cut off, forbidden characters', () => {
  for (const text of ['20 01 0BB8', '30 00 0102030405060708', '20 00 0BB8 17', '10 00 03 61 80', '10 00 07 61 62', '40']) {
    const { facts, problem } = decodeAdvert(eddystone(text));
    expect(facts).toEqual([]);
    expect(problem).not.toBe('');
  }
});

it('reads Xiaomi thermometers as they were recorded, and only under their own address', () => {
  const frame = '5020 AA01 A3 BF2E3B342D58 0D10 04 B4009502 0A10 01 3B';
  const own = parts({ address: '58:2D:34:3B:2E:BF', services: { fe95: frame } });
  expect(read(own)).toEqual({ temperature: 18, humidity: 66.1, battery: 59, packet: 163 });
  expect(decodeAdvert(own).format).toBe('Xiaomi LYWSDCGQ');
  expect(decodeAdvert(parts({ services: { fe95: frame } }))).toMatchObject({
    facts: [],
    problem: expect.stringContaining('address'),
  });
  const plant = parts({ address: 'C4:7C:8D:6B:4F:F3', services: { fe95: '7120 9800 12 F34F6B8D7CC4 0D 0410 02 C400' } });
  expect(read(plant)).toEqual({ temperature: 19.6, packet: 18 });
  const hidden = parts({ address: 'A4:C1:38:56:53:84', services: { fe95: '5858E4162C8453563 8C1A42B6EF2E91200006C884D9E' } });
  expect(decodeAdvert(hidden)).toMatchObject({ facts: [], problem: expect.stringContaining('encrypted') });
});

it('reads both thermometer firmwares under one service, told apart by length and byte order', () => {
  const address = 'A4:C1:38:01:02:03';
  const plain = { temperature: 23.5, humidity: 45, battery: 90, 'battery-voltage': 3, packet: 7 };
  expect(read(parts({ address, services: { '181a': 'A4C138010203 00EB 2D 5A 0BB8 07' } }))).toEqual(plain);
  const custom = parts({ address, services: { '181a': '030201 38C1A4 2E09 9411 B80B 5A 07 00' } });
  expect(read(custom)).toEqual({ ...plain, 'reed-switch': false });
  expect(read(parts({ services: { '181a': 'A4C138010203 00EB 2D 5A 0BB8 07' } }))).toEqual({});
});

it('reads standard service data beside another format, and by one decoder only what is asked', () => {
  const both = parts({ manufacturer: { 1177: '03291A1ECE1EFC18F94202CA0B53' }, services: { '180f': '55' } });
  expect(decodeAdvert(both).format).toBe('RuuviTag 3 + service data');
  expect(read(both)['battery']).toBe(85);
  expect(decodeAdvert(both, 'service-data').facts).toEqual([{ name: 'battery', value: 85, unit: '%' }]);
  expect(decodeAdvert(both, 'ruuvi-5').facts).toEqual([]);
  expect(read(parts({ services: { '180f': '65' } }))).toEqual({});
});

it('never throws, and gives only whole numbers, texts and flags, whatever comes', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const company = fc.constantFrom(0x0499, 0x004c, 0xffff);
  const service = fc.constantFrom('fcd2', 'feaa', 'fe95', '181a', '180f', '2a6e', '1809');
  fc.assert(
    fc.property(fc.constantFrom(...ADVERT_DECODERS), company, bytes, service, bytes, (decoder, id, first, uuid, second) => {
      const all = decodeAdvert(
        { address: 'AA:BB:CC:00:00:01', manufacturer: new Map([[id, first]]), services: new Map([[uuid, second]]) },
        decoder,
      );
      for (const { value } of all.facts) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      expect(new Set(all.facts.map(({ name }) => name)).size).toBe(all.facts.length);
    }),
    { numRuns: 2000 },
  );
});

it('gives no fact from a fixed-length frame that lost its end', () => {
  const whole = [
    ['0499', '0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F'],
    ['0499', '03291A1ECE1EFC18F94202CA0B53'],
    ['004c', '0215E2C56DB5DFFB48D2B060D0F5A71096E000010203C5'],
  ] as const;
  for (const [company, text] of whole) {
    for (let kept = 2; kept < text.length; kept += 2) {
      expect(read(parts({ manufacturer: { [Number.parseInt(company, 16)]: text.slice(0, kept) } }))).toEqual({});
    }
  }
});
