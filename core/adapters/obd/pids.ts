/** A live value of mode 01 (SAE J1979, annex B; ISO 15031-5): an unsigned or signed number of some bytes, scaled. */
export interface PidFormat {
  readonly name: string;
  readonly unit: string;
  readonly bytes: 1 | 2 | 4;
  readonly scale: number;
  readonly offset: number;
  readonly signed?: boolean;
}

const percent = (name: string): PidFormat => ({ name, unit: '%', bytes: 1, scale: 100 / 255, offset: 0 });
const trim = (name: string): PidFormat => ({ name, unit: '%', bytes: 1, scale: 100 / 128, offset: -100 });
const celsius = (name: string): PidFormat => ({ name, unit: '°C', bytes: 1, scale: 1, offset: -40 });
const byte = (name: string, unit: string, scale = 1, offset = 0): PidFormat => ({ name, unit, bytes: 1, scale, offset });
const word = (name: string, unit: string, scale = 1, offset = 0): PidFormat => ({ name, unit, bytes: 2, scale, offset });
const catalyst = (name: string): PidFormat => word(name, '°C', 0.1, -40);
const oxygen = (name: string): PidFormat => byte(name, 'V', 0.005);

/** Those with a value that one number holds. */
export const PIDS: Readonly<Record<string, PidFormat>> = {
  '04': percent('calculated engine load'),
  '05': celsius('coolant temperature'),
  '06': trim('short term fuel trim, bank 1'),
  '07': trim('long term fuel trim, bank 1'),
  '08': trim('short term fuel trim, bank 2'),
  '09': trim('long term fuel trim, bank 2'),
  '0A': byte('fuel pressure', 'kPa', 3),
  '0B': byte('intake manifold pressure', 'kPa'),
  '0C': word('engine speed', 'rpm', 0.25),
  '0D': byte('vehicle speed', 'km/h'),
  '0E': byte('timing advance', '°', 0.5, -64),
  '0F': celsius('intake air temperature'),
  '10': word('air flow', 'g/s', 0.01),
  '11': percent('throttle position'),
  '14': oxygen('oxygen sensor 1, bank 1'),
  '15': oxygen('oxygen sensor 2, bank 1'),
  '18': oxygen('oxygen sensor 1, bank 2'),
  '19': oxygen('oxygen sensor 2, bank 2'),
  '1F': word('time since engine start', 's'),
  '21': word('distance with the warning lamp on', 'km'),
  '22': word('fuel rail pressure, relative to manifold', 'kPa', 0.079),
  '23': word('fuel rail pressure', 'kPa', 10),
  '2C': percent('commanded exhaust gas recirculation'),
  '2D': trim('exhaust gas recirculation error'),
  '2E': percent('commanded evaporative purge'),
  '2F': percent('fuel level'),
  '30': byte('warm-ups since codes were cleared', ''),
  '31': word('distance since codes were cleared', 'km'),
  '32': { name: 'evaporative system pressure', unit: 'Pa', bytes: 2, scale: 0.25, offset: 0, signed: true },
  '33': byte('barometric pressure', 'kPa'),
  '3C': catalyst('catalyst temperature, bank 1 sensor 1'),
  '3D': catalyst('catalyst temperature, bank 2 sensor 1'),
  '3E': catalyst('catalyst temperature, bank 1 sensor 2'),
  '3F': catalyst('catalyst temperature, bank 2 sensor 2'),
  '42': word('control module voltage', 'V', 0.001),
  '43': word('absolute load', '%', 100 / 255),
  '44': word('commanded air-fuel equivalence ratio', '', 2 / 65_536),
  '45': percent('relative throttle position'),
  '46': celsius('ambient air temperature'),
  '47': percent('absolute throttle position B'),
  '48': percent('absolute throttle position C'),
  '49': percent('accelerator pedal position D'),
  '4A': percent('accelerator pedal position E'),
  '4B': percent('accelerator pedal position F'),
  '4C': percent('commanded throttle actuator'),
  '4D': word('time with the warning lamp on', 'min'),
  '4E': word('time since codes were cleared', 'min'),
  '52': percent('ethanol in the fuel'),
  '59': word('fuel rail absolute pressure', 'kPa', 10),
  '5A': percent('relative accelerator pedal position'),
  '5B': percent('hybrid battery pack remaining life'),
  '5C': celsius('engine oil temperature'),
  '5D': word('fuel injection timing', '°', 1 / 128, -210),
  '5E': word('engine fuel rate', 'L/h', 0.05),
  '61': byte('driver’s demanded torque', '%', 1, -125),
  '62': byte('actual engine torque', '%', 1, -125),
  '63': word('engine reference torque', 'N·m'),
  A6: { name: 'odometer', unit: 'km', bytes: 4, scale: 0.1, offset: 0 },
};

/** The value, or undefined where too few bytes came. The bytes stand behind mode and PID. */
export function decodePid(format: PidFormat, data: Uint8Array): number | undefined {
  if (data.length < format.bytes) return undefined;
  let raw = 0;
  for (const one of data.subarray(0, format.bytes)) raw = raw * 256 + one;
  if (format.signed && raw >= 2 ** (format.bytes * 8 - 1)) raw -= 2 ** (format.bytes * 8);
  return Number((raw * format.scale + format.offset).toPrecision(8));
}

/** PIDs that the answer to `01 <base>` names: 32 bits, the first for base + 1. */
export function supportedPids(base: number, bitmap: Uint8Array): number[] {
  if (bitmap.length < 4) return [];
  return Array.from({ length: 32 }, (_, i) => i).flatMap((i) =>
    ((bitmap[i >> 3] ?? 0) >> (7 - (i & 7))) & 1 ? [base + i + 1] : [],
  );
}
