import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCharacteristic, STANDARD, sourcesOf, wordsOf } from '../../../../core/adapters/ble/characteristics.ts';
import { GATT_FACTS } from '../../../../core/contract/document/ble-facts.ts';
import { hex } from './adverts.ts';

function read(uuid: string, text: string): Record<string, unknown> | string {
  const facts = readCharacteristic(uuid, hex(text));
  return typeof facts === 'string' ? facts : Object.fromEntries((facts ?? []).map(({ name, value }) => [name, value]));
}

it('reads heart rate in both widths, contact, energy and the newest interval', () => {
  expect(read('2a37', '00 48')).toEqual({ 'heart-rate': 72 });
  expect(read('2a37', '01 2C01')).toEqual({ 'heart-rate': 300 });
  expect(read('2a37', '16 3C 0004 0002')).toEqual({ 'heart-rate': 60, contact: true, 'rr-interval': 500 });
  expect(read('2a37', '08 3C 1000')).toEqual({ 'heart-rate': 60, 'energy-kj': 16 });
  expect(read('2a37', '10 3C 00')).toBe('wrong length');
});

it('reads IEEE 11073 floats of thermometers, cuffs and oximeters; "not a number" gives no fact', () => {
  expect(read('2a1c', '00 6D0100FF')).toEqual({ temperature: 36.5 });
  expect(read('2a1c', '01 DA0300FF')).toEqual({ temperature: 37 }); // 98.6 degrees Fahrenheit
  expect(read('2a1c', '00 FFFF7F00')).toContain('not a number');
  expect(read('2a35', '04 7800 5000 5D00 4800')).toEqual({ systolic: 120, diastolic: 80, 'mean-arterial': 93, 'pulse-rate': 72 });
  expect(read('2a35', '01 1000 0B00 0C00')).toMatchObject({ systolic: 120.01 });
  expect(read('2a36', '04 7800 FF07 FF07 4800')).toEqual({ 'cuff-pressure': 120, 'pulse-rate': 72 });
  expect(sourcesOf('systolic')).toEqual(['2a35']);
  expect(read('2a5f', '00 6200 3C00')).toEqual({ spo2: 98, 'pulse-rate': 60 });
  expect(read('2a5f', '00 FF07 3C00')).toEqual({ 'pulse-rate': 60 });
  expect(read('2a5e', '01 6200 3C00 EA07 0B 17 07 28 00')).toMatchObject({ spo2: 98, 'device-time': '2026-11-23T07:40:00' });
});

it('reads glucose in both units under two names, and weight in kilograms', () => {
  expect(read('2a18', '06 0100 EA07 01 02 03 04 05 3CC0 11')).toMatchObject({ sequence: 1, glucose: 6 });
  expect(read('2a18', '02 0100 EA07 01 02 03 04 05 78B0 11')).toMatchObject({ 'glucose-mass': 120 });
  expect(read('2a9d', '00 983A')).toEqual({ weight: 75 });
  expect(read('2a9d', '01 983A')).toEqual({ weight: 68.0389 });
  expect(read('2a9d', '08 983A E700 1C07')).toEqual({ weight: 75, bmi: 23.1, height: 1.82 });
  expect(read('2a9d', '00 FFFF')).toContain('did not succeed');
});

it('reads environment, battery and device information', () => {
  expect(read('2a6e', '0C09')).toEqual({ temperature: 23.16 });
  expect(read('2a6e', '0080')).toContain('no value');
  expect(read('2a6f', '8813')).toEqual({ humidity: 50 });
  expect(read('2a6d', 'CA760F00')).toEqual({ pressure: 1013.45 });
  expect(read('2a19', '64')).toEqual({ battery: 100 });
  expect(read('2a19', '65')).toContain('more than');
  expect(read('2a29', Buffer.from('ACME\0').toString('hex'))).toEqual({ maker: 'ACME' });
  expect(read('2a50', '02 8304 0100 1001')).toEqual({ 'pnp-id': 'usb:0483:0001:0110' });
});

it('knows where a fact may come from, and says every value in words', () => {
  expect(sourcesOf('temperature')).toEqual(['2a1c', '2a6e', '2a1f', '2a1e']);
  expect(sourcesOf('nothing')).toEqual([]);
  expect(wordsOf('2a19', hex('50'))).toBe('battery 80 %');
  expect(wordsOf('2a37', hex('00'))).toBe('00 (wrong length)');
  expect(wordsOf('ffe1', hex('48656c6c6f'))).toBe('"Hello"');
  expect(wordsOf('ffe1', hex('0001ff'))).toBe('0001ff');
});

it('never throws and never gives a number that is none, whatever comes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STANDARD.keys()), fc.uint8Array({ maxLength: 24 }), (uuid, bytes) => {
      const facts = readCharacteristic(uuid, bytes);
      for (const { name, value } of typeof facts === 'object' ? facts : []) {
        expect(GATT_FACTS[uuid]).toContain(name);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
      expect(wordsOf(uuid, bytes).length).toBeLessThan(400);
    }),
    { numRuns: 2000 },
  );
});
