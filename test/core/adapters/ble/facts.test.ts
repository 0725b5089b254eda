import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BTHOME_OBJECTS } from '../../../../core/adapters/ble/bthome-objects.ts';
import { STANDARD } from '../../../../core/adapters/ble/characteristics.ts';
import { decodeAdvert } from '../../../../core/adapters/ble/decode.ts';
import { ADVERT_FACTS, GATT_FACTS, isFactOf } from '../../../../core/contract/document/ble-facts.ts';
import { ADVERT_DECODERS } from '../../../../core/contract/document/wireless-devices.ts';

it('lists every object of BTHome, and nothing else', () => {
  const names = new Set([...BTHOME_OBJECTS.values()].map(({ name }) => name));
  expect(new Set(ADVERT_FACTS['bthome-v2'])).toEqual(new Set([...names, 'dimmer-steps']));
});

it('lists every standard characteristic', () => {
  expect(Object.keys(GATT_FACTS).sort()).toEqual([...STANDARD.keys()].sort());
});

it('lists every fact that an advertisement gives, by its format', () => {
  const part = fc.uint8Array({ minLength: 1, maxLength: 26 });
  const start = fc.constantFrom([], [3], [5], [0x40], [0x02, 0x15], [0x00], [0x10], [0x20, 0], [0x50, 0x20, 0x98, 0, 1]);
  const data = fc.tuple(start, part).map(([head, rest]) => Uint8Array.from([...head, ...rest]));
  fc.assert(
    fc.property(
      fc.constantFrom(0x0499, 0x004c),
      fc.constantFrom('fcd2', 'feaa', 'fe95', '181a', '180f'),
      data,
      (company, id, bytes) => {
        const parts = {
          address: '00:00:00:00:00:00',
          manufacturer: new Map([[company, bytes]]),
          services: new Map([[id, bytes]]),
        };
        for (const decoder of ADVERT_DECODERS) {
          if (decoder === 'auto') continue;
          for (const { name } of decodeAdvert(parts, decoder).facts) {
            expect([name, isFactOf(ADVERT_FACTS[decoder], name)]).toEqual([name, true]);
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('knows the later ones of a kind by their number', () => {
  const known = ['temperature', 'pm2-5', 'power'];
  expect(['temperature-2', 'temperature-13', 'pm2-5', 'pm2-5-2', 'power'].every((name) => isFactOf(known, name))).toBe(true);
  expect(['temperature-1', 'temperature-', 'pm2', 'power-2-2', ''].some((name) => isFactOf(known, name))).toBe(false);
});
