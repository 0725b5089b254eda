import type { LineDeviceConfig, LinePointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { compilePattern } from './pattern.ts';

export type DecodedLine =
  | { readonly ok: true; readonly readings: readonly Reading[] }
  | { readonly ok: false; readonly why: string };

export type LineDecoder = (bytes: Uint8Array) => DecodedLine;

const YES = new Set(['1', 'true', 'on', 'yes', 'open', 'high']);
const NO = new Set(['0', 'false', 'off', 'no', 'closed', 'low']);
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

function toNumber(text: string): number {
  const plain = text.replace(/\s+/g, ''); // scales pad between sign and digits: "-  12.50"
  if (plain === '') return Number.NaN;
  return Number(DECIMAL_COMMA.test(plain) ? plain.replace(',', '.') : plain);
}

const tidy = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

function readingOf(point: LinePointConfig, text: string | undefined): Reading {
  const bad = (note: string): Reading => ({ point: point.name, value: null, quality: 'bad', note });
  if (text === undefined) return bad('not in the line');
  const trimmed = text.trim();
  switch (point.type) {
    case 'text':
      return { point: point.name, value: trimmed, quality: 'good' };
    case 'boolean': {
      const word = trimmed.toLowerCase();
      if (YES.has(word)) return { point: point.name, value: true, quality: 'good' };
      if (NO.has(word)) return { point: point.name, value: false, quality: 'good' };
      return bad(`"${trimmed.slice(0, 40)}" is neither yes nor no`);
    }
    case 'number': {
      const number = toNumber(trimmed);
      if (!Number.isFinite(number)) return bad(`"${trimmed.slice(0, 40)}" is not a number`);
      const value = point.scale === 1 && point.offset === 0 ? number : tidy(number * point.scale + point.offset);
      return Number.isFinite(value) ? { point: point.name, value, quality: 'good' } : bad('too large for a number');
    }
  }
}

type Parts = (point: LinePointConfig, index: number) => string | undefined;

function createSplitter(config: LineDeviceConfig): (text: string) => Parts | undefined {
  const { pattern, separator } = config;
  if (pattern !== undefined) {
    const match = compilePattern(pattern);
    return (text) => {
      const found = match(text);
      if (!found) return undefined;
      return ({ from, name }) => (typeof from === 'number' ? found[from] : found.groups?.[from ?? name]);
    };
  }
  if (separator !== undefined) {
    return (text) => {
      const columns = text.split(separator);
      return ({ from }, index) => columns[typeof from === 'number' ? from : index];
    };
  }
  return (text) => () => text;
}

/**
 * Makes the decoder of a device. With a pattern a point takes the group of its `from` or its name, with a separator the column of its
 * `from` or its place in the list, else the whole line. A line that does not match, or gives no point a value, is not decoded.
 * Making it throws `adapter/bad-pattern`; so does using it where the pattern takes too long. Nothing else throws.
 */
export function createLineDecoder(config: LineDeviceConfig): LineDecoder {
  const split = createSplitter(config);
  const encoding = config.encoding === 'utf8' ? 'utf8' : 'latin1';
  return (bytes) => {
    if (config.encoding === 'ascii' && bytes.some((byte) => byte > 0x7f)) return { ok: false, why: 'bytes that are not ASCII' };
    const parts = split(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding));
    if (!parts) return { ok: false, why: 'the line does not match the pattern' };
    const readings = config.points.map((point, index) => readingOf(point, parts(point, index)));
    const first = readings[0];
    if (first && readings.every(({ quality }) => quality === 'bad'))
      return { ok: false, why: `${first.point}: ${first.note ?? ''}` };
    return { ok: true, readings };
  };
}
