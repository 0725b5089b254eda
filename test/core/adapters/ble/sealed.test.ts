import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeAdvert } from '../../../../core/adapters/ble/decode.ts';
import { createOpener } from '../../../../core/adapters/ble/opener.ts';
import { bthomePacket } from '../../../../core/adapters/ble/sealed-packets.ts';
import { hex, parts } from './adverts.ts';
import { ADDRESS, bthome, KEY, sealed } from './sealed.ts';

type Values = Readonly<Record<string, number | string | boolean>>;

/** Published: bthome.io/encryption, tests of Bluetooth-Devices/xiaomi-ble, tests of custom-components/ble_monitor. */
const VECTORS: readonly (readonly [string, string, string, string, string, Values, number | null])[] = [
  ['BTHome v2', 'fcd2', ADDRESS, KEY, '41a47266c95f730011223378237214', { temperature: 25.06, humidity: 50.55 }, 0x33221100],
  [
    'pvvx thermometer',
    '181a',
    'A4:C1:38:8D:18:B2',
    'b9ea895fac7eea6d30532432a516f3a3',
    '11d603fbfa7b6dfb1e26fd',
    { temperature: 23.45, humidity: 41.73, battery: 61, packet: 17, 'reed-switch': false },
    null,
  ],
  [
    'Xiaomi CGG1',
    'fe95',
    '5A:58:2D:34:12:5F',
    '814aac74c4f17b6c1581e1ab87816b99',
    '5858480b685f12342d585a0b1841e2aa000e00a4964fb5',
    { humidity: 59.6, packet: 104 },
    0x000e0068,
  ],
  [
    'Xiaomi CGDK2',
    'fe95',
    '58:2D:34:12:20:89',
    'a3bfe9853dd85a620debe3620caaa351',
    '58586f0607892012342d585f176dd54f0200002fa453fa',
    { temperature: 22.6, packet: 7 },
    0x00000207,
  ],
  [
    'Xiaomi LYWSD02MMC',
    'fe95',
    'A4:C1:38:56:53:84',
    'a115210eed7a88e50ad52662e732a9fb',
    '5858e4162c84535638c1a42b6ef2e91200006c884d9e',
    { humidity: 58, packet: 44 },
    0x0000122c,
  ],
  [
    'Xiaomi LYWSD03MMC',
    'fe95',
    'A4:C1:38:02:83:F4',
    'e9ea895fac7cca6d30532432a516f3a8',
    '58585b0550f4830238c1a495ef58763c26000097e2abb5',
    { humidity: 46.7, packet: 80 },
    0x00002650,
  ],
  [
    'Xiaomi XMWSDJ04MMC',
    'fe95',
    '2C:11:65:25:70:04',
    'b2cf9a553d53571b5657defd582d676e',
    '48590312a41b776e7c96add7000000f2bf545b',
    { humidity: 45, packet: 164 },
    0x000000a4,
  ],
  [
    'Xiaomi MJWSD06MMC',
    'fe95',
    'A4:C1:38:80:15:07',
    '4d8f1373fb4d3bab557d0ebd1c78f8c4',
    '4859b5553a8699bda053448f1200005b046d6a',
    { temperature: 25.2, packet: 58 },
    0x0000123a,
  ],
];

it.each(VECTORS)('opens the published packet of %s', (format, service, address, key, text, values, counter) => {
  const decoded = decodeAdvert(sealed(service, address, text), 'auto', createOpener(hex(key)));
  expect(decoded).toMatchObject({ format, problem: '', seal: { state: 'open', counter } });
  expect(Object.fromEntries(decoded.facts.map((one) => [one.name, one.value]))).toEqual(values);
});

it.each(VECTORS)('names a packet of %s that it has no key for, or a wrong one', (format, service, address, _key, text) => {
  const packet = sealed(service, address, text);
  expect(decodeAdvert(packet)).toMatchObject({
    facts: [],
    problem: `${format}, encrypted: needs the device’s key`,
    seal: { state: 'no-key', counter: null },
  });
  expect(decodeAdvert(packet, 'auto', createOpener(hex('00112233445566778899aabbccddeeff')))).toMatchObject({
    facts: [],
    problem: expect.stringContaining('the key does not fit'),
    seal: { state: 'wrong-key', counter: null },
  });
});

/** Of MiBeacon the tag does not cover the two bytes of frame control: what they do not spoil is still the truth. */
it('never gives a wrong value of a damaged packet: any bit that flips closes it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...VECTORS), fc.nat(), ([, service, address, key, text, values], at) => {
      const bytes = hex(text);
      const bit = at % (bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const packet = { ...parts({ address }), services: new Map([[service, bytes]]) };
      const { facts } = decodeAdvert(packet, 'auto', createOpener(hex(key)));
      const uncovered = service === 'fe95' && bit < 16;
      if (!uncovered || facts.length === 0) expect(facts).toEqual([]);
      else expect(Object.fromEntries(facts.map((one) => [one.name, one.value]))).toEqual(values);
    }),
    { numRuns: 1500 },
  );
});

it('never gives a value of a packet that lost its end, grew, or came from another address', () => {
  for (const [, service, address, key, text] of VECTORS) {
    const opener = createOpener(hex(key));
    for (let kept = 0; kept < text.length; kept += 2) {
      expect(decodeAdvert(sealed(service, address, text.slice(0, kept)), 'auto', opener).facts).toEqual([]);
    }
    expect(decodeAdvert(sealed(service, address, `${text}00`), 'auto', opener).facts).toEqual([]);
    expect(decodeAdvert(sealed(service, 'AA:BB:CC:00:00:01', text), 'auto', opener).facts).toEqual([]);
  }
});

it('never throws and believes nothing of random bytes, whatever the key', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(fc.constantFrom('fcd2', 'fe95', '181a', '180f'), bytes, key, (service, data, secret) => {
      const packet = { ...parts({}), services: new Map([[service, data]]) };
      expect(decodeAdvert(packet, 'auto', createOpener(secret)).facts).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

it('believes nothing that is not encrypted once there is a key', () => {
  const opener = createOpener(hex(KEY));
  const plain = decodeAdvert(parts({ services: { fcd2: '4002C40903BF13' } }), 'auto', opener);
  expect(plain).toMatchObject({ facts: [], problem: expect.stringContaining('not encrypted'), seal: null });
  const both = {
    ...parts({ address: ADDRESS }),
    services: new Map([...bthome('02CA09', 5), ['180f', hex('32')]]),
  };
  expect(decodeAdvert(both, 'auto', opener).facts).toEqual([{ name: 'temperature', value: 25.06, unit: '°C' }]);
  expect(decodeAdvert(parts({ services: { '180f': '32' } })).facts).toEqual([{ name: 'battery', value: 50, unit: '%' }]);
});

it('says of an authentic packet that cannot be read why, and of the old way of Xiaomi that nothing proves it', () => {
  const cut = { ...parts({ address: ADDRESS }), services: bthome('02CA09 03BF', 6) };
  expect(decodeAdvert(cut, 'auto', createOpener(hex(KEY)))).toMatchObject({
    facts: [],
    problem: 'BTHome v2: humidity is cut off',
    seal: { state: 'open', counter: 6 },
  });
  const old = sealed('fe95', 'F8:24:41:C5:98:8B', '5830b603d28b98c54124f8c3491476757e00000099');
  expect(decodeAdvert(old)).toMatchObject({ facts: [], problem: expect.stringContaining('old way'), seal: null });
});

it('opens what devices encrypt, whatever the objects and the counter', () => {
  fc.assert(
    fc.property(fc.integer({ min: -4000, max: 8000 }), fc.integer({ min: 0, max: 0xffffffff }), (raw, counter) => {
      const value = Buffer.alloc(2);
      value.writeInt16LE(raw);
      const packet = { ...parts({ address: ADDRESS }), services: bthome(`02${value.toString('hex')}`, counter) };
      const { facts, seal } = decodeAdvert(packet, 'bthome-v2', createOpener(hex(KEY)));
      expect(facts).toEqual([{ name: 'temperature', value: raw / 100, unit: '°C' }]);
      expect(seal?.counter).toBe(counter);
    }),
  );
});

it('reads MiBeacon 4 without taking its random bytes for a counter', () => {
  const address = 'A4:C1:38:01:02:03';
  const head = '5b0507'; // product and frame counter
  const random = 'f1e2d3';
  const nonce = hex(`030201 38c1a4 ${head} ${random}`);
  const cipher = createCipheriv('aes-128-ccm', hex(KEY), nonce, { authTagLength: 4 });
  cipher.setAAD(hex('11'), { plaintextLength: 5 });
  const data = cipher.update(hex('04 10 02 EB 00')).toString('hex');
  cipher.final();
  const packet = sealed('fe95', address, `4848 ${head} ${data} ${random} ${cipher.getAuthTag().toString('hex')}`);
  expect(decodeAdvert(packet, 'xiaomi', createOpener(hex(KEY)))).toMatchObject({
    format: 'Xiaomi LYWSD03MMC',
    facts: [{ name: 'temperature', value: 23.5 }, { name: 'packet' }],
    seal: { state: 'open', counter: null },
  });
});

it('decrypts a packet once, however often it is sent', () => {
  const opener = createOpener(hex(KEY));
  const packet = { nonce: new Uint8Array(13), data: hex('00'), tag: hex('00000000') };
  expect(opener.open(packet)).toBeNull();
  const [bytes] = bthome('02CA09', 9).values();
  const own = bthomePacket(ADDRESS, bytes ?? new Uint8Array());
  if (!own) throw new Error('no packet');
  const first = opener.open(own);
  expect(first).not.toBeNull();
  expect(opener.open({ ...own, tag: Uint8Array.from(own.tag) })).toBe(first);
});
