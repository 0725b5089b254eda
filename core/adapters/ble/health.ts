import { decodeHealthFloat, decodeSfloat } from '../frames/float.ts';
import { type Cursor, createCursor } from './bytes.ts';
import { type Fact, fact } from './fact.ts';

/** Facts of one value, or why there are none. */
export type Read = readonly Fact[] | string;

const KPA_IN_MMHG = 7.500_616_83;
const POUND_IN_KG = 0.453_592_37;
const INCH_IN_M = 0.0254;
const NOT_WEIGHED = 0xffff;

const tidy = (value: number): number => Number(value.toPrecision(6));

/** Adds a number where the device reports one; "not a number" and its kin give no fact. */
function add(facts: Fact[], name: string, raw: ReturnType<typeof decodeSfloat>, unit: string, factor = 1): void {
  if (raw.ok) facts.push(fact(name, factor === 1 ? raw.value : tidy(raw.value * factor), unit));
}
const sfloat = (data: Cursor): ReturnType<typeof decodeSfloat> => decodeSfloat(data.unsigned(2));

/** Date Time of the Bluetooth SIG: year, month, day, hours, minutes, seconds. The device's own clock: text, never used as a time. */
function clockOf(data: Cursor): Fact[] {
  const [year, ...rest] = [
    data.unsigned(2),
    data.unsigned(1),
    data.unsigned(1),
    data.unsigned(1),
    data.unsigned(1),
    data.unsigned(1),
  ];
  const [month, day, hours, minutes, seconds] = rest.map((part) => String(part).padStart(2, '0'));
  return year === 0 ? [] : [fact('device-time', `${year}-${month}-${day}T${hours}:${minutes}:${seconds}`)];
}

/** 2A37, Heart Rate Service 1.0, 3.1. RR intervals are counted in 1/1024 s; the newest one stands last. */
export function readHeartRate(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const facts: Fact[] = [fact('heart-rate', data.unsigned((flags & 1) === 0 ? 1 : 2), 'bpm')];
  if ((flags & 4) !== 0) facts.push(fact('contact', (flags & 2) !== 0));
  if ((flags & 8) !== 0) facts.push(fact('energy-kj', data.unsigned(2), 'kJ'));
  let interval: number | undefined;
  if ((flags & 16) !== 0) while (data.left > 0) interval = data.unsigned(2);
  if (interval !== undefined) facts.push(fact('rr-interval', Math.round((interval * 1000) / 1024), 'ms'));
  return data.short || data.left > 0 ? 'wrong length' : facts;
}

/** 2A1C and 2A1E, Health Thermometer Service 1.0, 3.1: IEEE 11073 FLOAT, in degrees Fahrenheit where bit 0 is set. */
export function readThermometer(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const raw = decodeHealthFloat(data.unsigned(4));
  const facts: Fact[] = [];
  if (raw.ok) {
    const celsius = (flags & 1) === 0 ? raw.value : Math.round(((raw.value - 32) * 500) / 9) / 100;
    facts.push(fact('temperature', celsius, '°C'));
  }
  if ((flags & 2) !== 0) facts.push(...clockOf(data));
  if ((flags & 4) !== 0) facts.push(fact('temperature-type', data.unsigned(1)));
  if (data.short) return 'wrong length';
  return raw.ok ? facts : raw.why;
}

function readPressures(bytes: Uint8Array, names: readonly [string, string, string]): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const factor = (flags & 1) === 0 ? 1 : KPA_IN_MMHG;
  const facts: Fact[] = [];
  for (const name of names) add(facts, name, sfloat(data), 'mmHg', factor);
  if ((flags & 2) !== 0) facts.push(...clockOf(data));
  if ((flags & 4) !== 0) add(facts, 'pulse-rate', sfloat(data), 'bpm');
  if ((flags & 8) !== 0) facts.push(fact('user', data.unsigned(1)));
  if ((flags & 16) !== 0) {
    const status = data.unsigned(2);
    facts.push(fact('body-movement', (status & 1) !== 0), fact('cuff-loose', (status & 2) !== 0));
    facts.push(fact('irregular-pulse', (status & 4) !== 0));
  }
  return data.short ? 'wrong length' : facts;
}

/** 2A35, Blood Pressure Service 1.0, 3.1: in kPa where bit 0 is set. */
export const readBloodPressure = (bytes: Uint8Array): Read => readPressures(bytes, ['systolic', 'diastolic', 'mean-arterial']);

/** 2A36, Blood Pressure Service 1.0, 3.2: the same bytes, but the first number is what the cuff has now, and the next two are none. */
export function readCuffPressure(bytes: Uint8Array): Read {
  const read = readPressures(bytes, ['cuff-pressure', '', '']);
  return typeof read === 'string' ? read : read.filter(({ name }) => name !== '');
}

/** 2A5E, Pulse Oximeter Service 1.0, 3.1: a spot check. */
export function readSpotOximeter(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const facts: Fact[] = [];
  add(facts, 'spo2', sfloat(data), '%');
  add(facts, 'pulse-rate', sfloat(data), 'bpm');
  if ((flags & 1) !== 0) facts.push(...clockOf(data));
  if ((flags & 2) !== 0) data.take(2);
  if ((flags & 4) !== 0) data.take(3);
  if ((flags & 8) !== 0) add(facts, 'pulse-amplitude', sfloat(data), '%');
  return data.short ? 'wrong length' : facts;
}

/** 2A5F, Pulse Oximeter Service 1.0, 3.2: continuous. */
export function readOximeter(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const facts: Fact[] = [];
  add(facts, 'spo2', sfloat(data), '%');
  add(facts, 'pulse-rate', sfloat(data), 'bpm');
  for (const bit of [1, 2]) {
    if ((flags & bit) === 0) continue;
    add(facts, bit === 1 ? 'spo2-fast' : 'spo2-slow', sfloat(data), '%');
    add(facts, bit === 1 ? 'pulse-rate-fast' : 'pulse-rate-slow', sfloat(data), 'bpm');
  }
  if ((flags & 4) !== 0) data.take(2);
  if ((flags & 8) !== 0) data.take(3);
  if ((flags & 16) !== 0) add(facts, 'pulse-amplitude', sfloat(data), '%');
  return data.short ? 'wrong length' : facts;
}

/** 2A18, Glucose Service 1.0, 3.1. The device chooses mass or amount of substance: each has its own fact, so that a unit never changes. */
export function readGlucose(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const facts: Fact[] = [fact('sequence', data.unsigned(2)), ...clockOf(data)];
  if ((flags & 1) !== 0) data.take(2);
  if ((flags & 2) !== 0) {
    const raw = sfloat(data);
    if ((flags & 4) === 0) add(facts, 'glucose-mass', raw, 'mg/dL', 100_000);
    else add(facts, 'glucose', raw, 'mmol/L', 1000);
    data.take(1);
  }
  if ((flags & 8) !== 0) data.take(2);
  return data.short ? 'wrong length' : facts;
}

/** 2A9D, Weight Scale Service 1.0, 3.2: in steps of 5 g or 0.01 lb; pounds and inches become kilograms and metres. */
export function readWeight(bytes: Uint8Array): Read {
  const data = createCursor(bytes);
  const flags = data.unsigned(1);
  const imperial = (flags & 1) !== 0;
  const raw = data.unsigned(2);
  const facts: Fact[] = [fact('weight', imperial ? tidy((raw / 100) * POUND_IN_KG) : raw / 200, 'kg')];
  if ((flags & 2) !== 0) facts.push(...clockOf(data));
  if ((flags & 4) !== 0) facts.push(fact('user', data.unsigned(1)));
  if ((flags & 8) !== 0) {
    facts.push(fact('bmi', data.unsigned(2) / 10));
    const height = data.unsigned(2);
    facts.push(fact('height', imperial ? tidy((height / 10) * INCH_IN_M) : height / 1000, 'm'));
  }
  if (data.short) return 'wrong length';
  return raw === NOT_WEIGHED ? 'the weighing did not succeed' : facts;
}
