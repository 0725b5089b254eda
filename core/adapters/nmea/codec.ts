import type { NmeaPointConfig } from '../../contract/document/devices.ts';
import type { Sentence } from './sentence.ts';

type NmeaValue = NmeaPointConfig['value'];

/** A value, or why there is none. Speed is in knots here; the adapter converts it to the point's unit. */
export type Fact = { readonly value: number | string } | { readonly missing: string };
export type Facts = Partial<Record<NmeaValue, Fact>>;

export interface DecodedSentence {
  readonly facts: Facts;
  /** UTC time of day as it was sent, `hhmmss.ss`, where the sentence has one: what has the same time belongs together. */
  readonly epoch: string | undefined;
}

const NO_FIX: Fact = { missing: 'no position fix' };
const EMPTY: Fact = { missing: 'the receiver left it empty' };
const GGA_FIX: Readonly<Record<string, string>> = {
  '0': 'none',
  '1': 'gps',
  '2': 'dgps',
  '3': 'pps',
  '4': 'rtk',
  '5': 'rtk-float',
  '6': 'estimated',
  '7': 'manual',
  '8': 'simulated',
};
const GSA_FIX: Readonly<Record<string, string>> = { '1': 'none', '2': '2d', '3': '3d' };

/** An empty field is no value: it must not become 0, which is a place in the Gulf of Guinea. */
function number(text: string | undefined, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Fact {
  if (text === undefined || text === '') return EMPTY;
  const value = /^[+-]?\d+(\.\d*)?$|^[+-]?\.\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? { value } : { missing: `"${text.slice(0, 20)}" is not a sound value` };
}

/** `ddmm.mmmm` and a letter to signed degrees; `digits` is 2 for a latitude, 3 for a longitude. */
function angle(text: string | undefined, letter: string | undefined, digits: 2 | 3): Fact {
  if (!text) return EMPTY;
  const sound = { missing: `"${text.slice(0, 20)}" is not a position` };
  const sign = letter === (digits === 2 ? 'N' : 'E') ? 1 : letter === (digits === 2 ? 'S' : 'W') ? -1 : 0;
  const match = /^(\d{2,3})(\d{2}(?:\.\d*)?)$/.exec(text);
  if (!match || sign === 0 || match[1]?.length !== digits) return sound;
  const minutes = Number(match[2]);
  const degrees = Number(match[1]) + minutes / 60;
  // 60.0000 is what rounding makes of 59.99999 in many receivers.
  if (minutes > 60 || degrees > (digits === 2 ? 90 : 180)) return sound;
  return { value: sign * Number(degrees.toFixed(8)) };
}

function position(f: readonly string[], at: number): Facts {
  return { latitude: angle(f[at], f[at + 1], 2), longitude: angle(f[at + 2], f[at + 3], 3) };
}

/** ISO 8601 in UTC. Leap second 60 is sent by receivers and becomes the next second. */
function time(clock: string | undefined, day: string, month: string, year: number): Fact {
  const match = /^(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/.exec(clock ?? '');
  if (!match || !/^\d\d?$/.test(day) || !/^\d\d?$/.test(month) || !Number.isInteger(year)) return EMPTY;
  const ms = Math.round(Number(`0.${match[4] ?? '0'}`) * 1000);
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const at = new Date(Date.UTC(year, Number(month) - 1, Number(day), hours, minutes, seconds, ms));
  const sound = at.getUTCDate() === Number(day) || (hours === 23 && seconds === 60);
  if (!sound || hours > 23 || minutes > 59 || seconds > 60 || Number(month) > 12 || Number(month) < 1) {
    return { missing: 'not a sound date and time' };
  }
  return { value: at.toISOString() };
}

function decodeRmc(f: readonly string[]): Facts {
  const date = f[8] ?? '';
  const when = /^\d{6}$/.test(date) ? time(f[0], date.slice(0, 2), date.slice(2, 4), 2000 + Number(date.slice(4))) : EMPTY;
  if (f[1] !== 'A') return { latitude: NO_FIX, longitude: NO_FIX, speed: NO_FIX, course: NO_FIX, time: when };
  return { ...position(f, 2), speed: number(f[6], 0), course: number(f[7], 0, 360), time: when };
}

function decodeGga(f: readonly string[]): Facts {
  const quality = f[5] ?? '';
  const name = GGA_FIX[quality];
  const fix: Fact = name === undefined ? EMPTY : { value: name };
  const always: Facts = { fix, satellites: number(f[6], 0, 999), hdop: number(f[7], 0) };
  if (name === undefined || name === 'none') return { ...always, latitude: NO_FIX, longitude: NO_FIX, altitude: NO_FIX };
  return { ...always, ...position(f, 1), altitude: number(f[8]) };
}

/** NMEA 2.3 puts letters behind the numbers; before, there were four numbers only. */
function decodeVtg(f: readonly string[]): Facts {
  if (f[8] === 'N') return { speed: NO_FIX, course: NO_FIX };
  const lettered = f[1] === 'T';
  return { course: number(f[0], 0, 360), speed: number(f[lettered ? 4 : 2], 0) };
}

/** GSV comes in several sentences, which `sky.ts` joins: alone each gives no value. */
export const KNOWN_TYPES: ReadonlySet<string> = new Set(['RMC', 'GGA', 'GSA', 'GSV', 'VTG', 'ZDA', 'GLL']);

/** What a sentence says; without facts where its type is not one of `KNOWN_TYPES`. Pure; never throws. */
export function decodeSentence({ type, fields: f }: Sentence): DecodedSentence {
  switch (type) {
    case 'RMC':
      return { facts: decodeRmc(f), epoch: f[0] };
    case 'GGA':
      return { facts: decodeGga(f), epoch: f[0] };
    case 'GLL':
      return { facts: f[5] === 'V' ? { latitude: NO_FIX, longitude: NO_FIX } : position(f, 0), epoch: f[4] };
    case 'VTG':
      return { facts: decodeVtg(f), epoch: undefined };
    case 'GSA': {
      const name = GSA_FIX[f[1] ?? ''];
      const dops = { pdop: number(f[14], 0), hdop: number(f[15], 0), vdop: number(f[16], 0) };
      return { facts: { fix: name === undefined ? EMPTY : { value: name }, ...dops }, epoch: undefined };
    }
    case 'ZDA':
      return { facts: { time: time(f[0], f[1] ?? '', f[2] ?? '', Number(f[3] || Number.NaN)) }, epoch: f[0] };
    default:
      return { facts: {}, epoch: undefined };
  }
}
