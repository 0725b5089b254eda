import { expect, it } from 'vitest';
import { bleFaults } from '../../../core/deploy/ble-check.ts';
import { crossCheck } from '../../../core/deploy/cross-check.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { sampleDevice } from '../../../core/profiles/profile-file.ts';
import { device } from '../adapters/harness.ts';

const ble = (mode: string, points: readonly object[], more: object = {}) =>
  device({
    adapter: 'ble',
    address: 'AA:BB:CC:00:00:01',
    mode,
    points: points.map((point, i) => ({ name: `p${i}`, value: 'x', ...point })),
    ...more,
  });
const paths = (own: Parameters<typeof bleFaults>[0]): string[] => bleFaults(own, []).map(({ path }) => path.join('.'));

it('names facts that no advertisement of the format tells', () => {
  const points = [
    { value: 'rssi' },
    { value: 'temperature-2' },
    { value: 'pm2-5' },
    { value: 'temprature' },
    { value: 'movements' },
  ];
  expect(paths(ble('advert', points, { decoder: 'bthome-v2' }))).toEqual(['points.3.value', 'points.4.value']);
  expect(paths(ble('advert', points))).toEqual(['points.3.value']);
  expect(bleFaults(ble('advert', [{}], { decoder: 'ibeacon' }), [])[0]).toMatchObject({
    message: 'Advertisements of the format ibeacon do not tell "x".',
    remedy: 'Known here: uuid, major, minor, power-at-1m, rssi.',
  });
});

it('refuses what needs a connection at a device that is only listened to', () => {
  const points = [
    { value: 'rssi', characteristic: '2a19' },
    { value: 'battery', writable: true },
    { value: 'battery', by: 'read' },
  ];
  expect(paths(ble('advert', points))).toEqual(['points.0.characteristic', 'points.1.writable', 'points.2.by']);
});

it('names points of a connected device that could never have a value', () => {
  const points = [
    { value: 'heart-rate' },
    { value: 'battery', characteristic: '2a19' },
    { value: 'anything', characteristic: 'ffe1', field: { type: 'uint8' }, writable: true },
    { value: 'anything', field: { type: 'uint8' } },
    { value: 'anything', characteristic: 'ffe1' },
    { value: 'humidity', characteristic: '2a19' },
    { value: 'rssi' },
    { value: 'anything' },
    { value: 'battery', writable: true },
    { value: 'anything', characteristic: 'ffe1', field: { type: 'uint16', mask: 3, length: 4 } },
  ];
  expect(paths(ble('gatt', points))).toEqual([
    'points.3.field',
    'points.4.characteristic',
    'points.5.value',
    'points.6.value',
    'points.7.value',
    'points.8.writable',
    'points.9.field.length',
  ]);
});

it('is asked with the rest of the document, and finds nothing in the profiles that come with the gateway', () => {
  const wrong = ble('gatt', [{}]);
  const found = crossCheck({ devices: [wrong], functions: [], subscriptions: [] });
  expect(found.map(({ path }) => path.join('.'))).toEqual(['devices.0.points.0.value']);
  const shipped = createProfileBook({ folder: '/nowhere' }).list();
  expect(shipped.filter(({ profile }) => profile.device['adapter'] === 'ble').length).toBeGreaterThan(3);
  for (const { profile } of shipped) expect(bleFaults(sampleDevice(profile), [])).toEqual([]);
});

it('refuses a key that could never open anything, and one that stands in the document itself', () => {
  const points = [{ value: 'temperature' }];
  const key = { keySecret: 'bluetooth/AABBCC000001' };
  expect(paths(ble('advert', points, key))).toEqual([]);
  expect(paths(ble('advert', points, { ...key, decoder: 'xiaomi' }))).toEqual([]);
  expect(paths(ble('advert', points, { ...key, decoder: 'ruuvi-5' }))).toEqual(['keySecret']);
  expect(paths(ble('gatt', points, key))).toEqual(['keySecret']);
  expect(() => ble('advert', points, { keySecret: '231d39c1d7cc1ab1aee224cd096db932' })).toThrow(/not the key itself/);
  expect(() => ble('advert', points, { keySecret: 'a b' })).toThrow(/name of a secret/);
});
