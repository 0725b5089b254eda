import { addressOf, createCursor } from './bytes.ts';
import { type AdvertParts, type Found, fact } from './fact.ts';
import type { Opener } from './opener.ts';
import { pvvxPacket } from './sealed-packets.ts';

const ENVIRONMENT = '181a';
const PVVX = { decoder: 'pvvx', format: 'pvvx thermometer' } as const;
const PVVX_BYTES = 15;
const SEALED_BYTES = 11;

const percent = (value: number): boolean => value <= 100;

/** Thermometers with the ATC firmware of atc1441 (README of ATC_MiThermometer): service data 0x181A, 13 bytes, big endian. */
export function decodeAtc({ services, address }: AdvertParts): Found | undefined {
  const bytes = services.get(ENVIRONMENT);
  if (bytes?.length !== 13) return undefined;
  const data = createCursor(bytes);
  if (addressOf(data.take(6), false) !== address) return undefined;
  const temperature = data.signed(2, 'big') / 10;
  const humidity = data.unsigned(1);
  const battery = data.unsigned(1);
  const what = { decoder: 'atc', format: 'ATC thermometer' } as const;
  if (!percent(humidity) || !percent(battery)) return { ...what, facts: [], problem: 'a share above 100 %' };
  return {
    ...what,
    facts: [
      fact('temperature', temperature, '°C'),
      fact('humidity', humidity, '%'),
      fact('battery', battery, '%'),
      fact('battery-voltage', data.unsigned(2, 'big') / 1000, 'V'),
      fact('packet', data.unsigned(1)),
    ],
  };
}

/** A counter, and encrypted: temperature, humidity, battery, flags (as ble_monitor reads it, github.com/custom-components/ble_monitor). */
function decodeSealed(bytes: Uint8Array, address: string, opener: Opener | undefined): Found {
  if (!opener) return { ...PVVX, facts: [], seal: 'no-key' };
  const opened = opener.open(pvvxPacket(address, bytes));
  if (!opened) return { ...PVVX, facts: [], seal: 'wrong-key' };
  const data = createCursor(opened);
  const temperature = data.signed(2) / 100;
  const humidity = data.unsigned(2) / 100;
  const battery = data.unsigned(1);
  if (!percent(humidity) || !percent(battery)) return { ...PVVX, facts: [], seal: 'open', problem: 'a share above 100 %' };
  return {
    ...PVVX,
    seal: 'open',
    facts: [
      fact('temperature', temperature, '°C'),
      fact('humidity', humidity, '%'),
      fact('battery', battery, '%'),
      fact('packet', bytes[0] ?? 0),
      fact('reed-switch', (data.unsigned(1) & 1) === 1),
    ],
  };
}

/**
 * The custom format of pvvx's firmware (README of pvvx/ATC_MiThermometer): service data 0x181A, little endian, 15 bytes; encrypted, and
 * then without the address, 11.
 */
export function decodePvvx({ services, address }: AdvertParts, opener?: Opener): Found | undefined {
  const bytes = services.get(ENVIRONMENT);
  if (bytes?.length === SEALED_BYTES) return decodeSealed(bytes, address, opener);
  if (bytes?.length !== PVVX_BYTES) return undefined;
  const data = createCursor(bytes);
  if (addressOf(data.take(6), true) !== address) return undefined;
  const temperature = data.signed(2) / 100;
  const humidity = data.unsigned(2) / 100;
  const millivolts = data.unsigned(2);
  const battery = data.unsigned(1);
  if (!percent(humidity) || !percent(battery)) return { ...PVVX, facts: [], problem: 'a share above 100 %' };
  return {
    ...PVVX,
    facts: [
      fact('temperature', temperature, '°C'),
      fact('humidity', humidity, '%'),
      fact('battery', battery, '%'),
      fact('battery-voltage', millivolts / 1000, 'V'),
      fact('packet', data.unsigned(1)),
      fact('reed-switch', (data.unsigned(1) & 1) === 1),
    ],
  };
}
