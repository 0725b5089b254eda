import { createCursor } from './bytes.ts';
import { type AdvertParts, type Fact, type Found, fact } from './fact.ts';

const COMPANY = 0x0499;
const BASE_PA = 50_000;
const LENGTH_3 = 14;
const LENGTH_5 = 24;

/** Temperature of format 3: sign and whole degrees in one byte, hundredths in the next. Not two's complement. */
function decode3(bytes: Uint8Array): Fact[] | string {
  if (bytes.length !== LENGTH_3) return `${bytes.length} bytes instead of ${LENGTH_3}`;
  const data = createCursor(bytes.subarray(1));
  const humidity = data.unsigned(1) / 2;
  const whole = data.unsigned(1);
  const hundredths = data.unsigned(1);
  if (hundredths > 99) return `a fraction of ${hundredths} hundredths`;
  const size = ((whole & 0x7f) * 100 + hundredths) / 100;
  return [
    fact('temperature', whole >= 0x80 ? -size : size, '°C'),
    fact('humidity', humidity, '%'),
    fact('pressure', (data.unsigned(2, 'big') + BASE_PA) / 100, 'hPa'),
    fact('acceleration-x', data.signed(2, 'big') / 1000, 'g'),
    fact('acceleration-y', data.signed(2, 'big') / 1000, 'g'),
    fact('acceleration-z', data.signed(2, 'big') / 1000, 'g'),
    fact('battery-voltage', data.unsigned(2, 'big') / 1000, 'V'),
  ];
}

/** Each field has a value of its own for "not available": such facts are left out. */
function decode5(bytes: Uint8Array): Fact[] | string {
  if (bytes.length !== LENGTH_5) return `${bytes.length} bytes instead of ${LENGTH_5}`;
  const data = createCursor(bytes.subarray(1));
  const signed = (): number | undefined => {
    const raw = data.signed(2, 'big');
    return raw === -0x8000 ? undefined : raw;
  };
  const unsigned = (size: 1 | 2): number | undefined => {
    const raw = data.unsigned(size, 'big');
    return raw === 256 ** size - 1 ? undefined : raw;
  };
  const facts: Fact[] = [];
  const add = (name: string, raw: number | undefined, unit: string, turn: (raw: number) => number): void => {
    if (raw !== undefined) facts.push(fact(name, turn(raw), unit));
  };
  add('temperature', signed(), '°C', (raw) => raw / 200);
  add('humidity', unsigned(2), '%', (raw) => raw / 400);
  add('pressure', unsigned(2), 'hPa', (raw) => (raw + BASE_PA) / 100);
  for (const axis of ['x', 'y', 'z']) add(`acceleration-${axis}`, signed(), 'g', (raw) => raw / 1000);
  const power = data.unsigned(2, 'big');
  add('battery-voltage', power >> 5 === 2047 ? undefined : power >> 5, 'V', (raw) => (raw + 1600) / 1000);
  add('tx-power', (power & 0x1f) === 31 ? undefined : power & 0x1f, 'dBm', (raw) => raw * 2 - 40);
  add('movements', unsigned(1), '', (raw) => raw);
  add('sequence', unsigned(2), '', (raw) => raw);
  return facts;
}

/** RuuviTag data formats 3 (RAWv1) and 5 (RAWv2), docs.ruuvi.com/communication/bluetooth-advertisements: manufacturer data 0x0499. */
export function decodeRuuvi({ manufacturer }: AdvertParts): Found | undefined {
  const bytes = manufacturer.get(COMPANY);
  const version = bytes?.[0];
  if (!bytes || (version !== 3 && version !== 5)) return undefined;
  const read = version === 3 ? decode3(bytes) : decode5(bytes);
  const what = { decoder: version === 3 ? 'ruuvi-3' : 'ruuvi-5', format: `RuuviTag ${version}` } as const;
  return typeof read === 'string' ? { ...what, facts: [], problem: read } : { ...what, facts: read };
}
