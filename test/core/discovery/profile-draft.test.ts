import { expect, it } from 'vitest';
import { Device } from '../../../core/contract/document/devices.ts';
import type { ProfileFile } from '../../../core/contract/document/profile.ts';
import { profileDraft } from '../../../core/discovery/profile-draft.ts';
import { profileOf } from '../../../core/discovery/scan/identify-unit.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { SERIAL } from './bench.ts';

const shipped = createProfileBook({ folder: '/nowhere/profiles' })
  .list()
  .map(({ profile }) => profile);

it('makes a sound device of every profile that is shipped', () => {
  expect(shipped.length).toBeGreaterThan(0);
  for (const profile of shipped) {
    const adapter = profile.device['adapter'];
    const tcp = { kind: 'tcp', host: '10.0.0.7', port: 502, connectTimeoutMs: 1000 } as const;
    const place =
      adapter === 'ble'
        ? { address: 'AA:BB:CC:00:00:01' }
        : adapter === 'mqtt' || adapter === 'sparkplug'
          ? {}
          : { link: adapter === 'modbus-tcp' ? tcp : SERIAL };
    const draft = { ...profileDraft(profile, { ...place, identity: 'usb:1' }), id: 'a', name: 'A' };
    expect(Device.safeParse(draft).error?.issues ?? [], profile.id).toEqual([]);
  }
});

const METER: ProfileFile = {
  schema: 'gatehouse-profile/1',
  id: 'meter',
  name: 'Meter',
  maker: 'ACME',
  models: ['M1'],
  kind: 'energy-meter',
  revision: 2,
  source: { title: 'Manual' },
  recognise: { modbus: { vendor: 'acme', product: 'M1' } },
  line: { baudRate: 19_200, parity: 'even', unit: 5 },
  device: { adapter: 'modbus-rtu', points: [] },
};

it('takes the settings of the factory, or those at which the device has answered', () => {
  expect(profileDraft(METER, { link: SERIAL })).toMatchObject({
    unit: 5,
    link: { baudRate: 19_200, parity: 'even', path: SERIAL.path },
    profile: 'meter@2',
  });
  expect(profileDraft(METER, { link: SERIAL, unit: 9 })).toMatchObject({ unit: 9, link: { baudRate: 9600, parity: 'none' } });
});

it('recognises a device by maker and product, and no other one', () => {
  const who = (vendor: string, product: string) => profileOf([METER], { vendor, product, revision: '1' })?.id;
  expect(who('Acme Instruments', 'm1-plus')).toBe('meter');
  expect(who('Other', 'M1')).toBeUndefined();
  expect(who('ACME', 'M2')).toBeUndefined();
  expect(profileOf([METER], null)).toBeUndefined();
  expect(profileOf([{ ...METER, recognise: {} }], { vendor: '', product: '', revision: '' })).toBeUndefined();
});
