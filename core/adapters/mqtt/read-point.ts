import { atJsonPath, type JsonPath, parseJsonPath } from '../../base/json-path.ts';
import type { MqttPointConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { decodeField } from '../frames/field.ts';
import { tidy } from '../tidy.ts';

/** A message, read once for all points of its topic. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** Its text; undefined where it is not UTF-8. */
  readonly text: string | undefined;
  /** Of JSON; undefined where it is none. */
  json(): { readonly document: unknown } | undefined;
}

export type ReadPoint = (payload: Payload) => Reading | 'absent' | { readonly fault: string };

const decoder = new TextDecoder('utf-8', { fatal: true });
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const FLAGS: Readonly<Record<string, boolean>> = { true: true, on: true, '1': true, false: false, off: false, '0': false };
const MAX_TEXT = 4000;

export function payloadOf(bytes: Uint8Array): Payload {
  let parsed: { readonly document: unknown } | undefined | null = null;
  let text: string | undefined;
  try {
    text = decoder.decode(bytes);
  } catch {
    text = undefined;
  }
  return {
    bytes,
    text,
    json() {
      if (parsed === null) {
        try {
          parsed = text === undefined ? undefined : { document: JSON.parse(text) };
        } catch {
          parsed = undefined;
        }
      }
      return parsed;
    },
  };
}

const bad = (point: string, note: string): Reading => ({ point, value: null, quality: 'bad', note });
const shown = (raw: unknown): string => {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
};

function toNumber(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && NUMBER.test(raw.trim()) ? Number(raw) : undefined;
}
function toFlag(raw: unknown): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  const key = String(raw).trim().toLowerCase();
  const plain = typeof raw === 'string' || typeof raw === 'number';
  return plain && Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
}

/** A value of JSON, or the text of the whole message, as the point's type. */
function convert(point: MqttPointConfig, raw: unknown): Reading {
  const { name, type, words, scale, offset } = point;
  if (raw === null) return bad(name, 'the device reports that it has no value');
  if (typeof raw === 'object') return bad(name, `there is ${Array.isArray(raw) ? 'a list' : 'a group'}, not a value`);
  const key = String(raw);
  const word = words && Object.hasOwn(words, key) ? words[key] : undefined;
  if (word !== undefined) return { point: name, value: word, quality: 'good' };
  switch (type) {
    case 'text':
      return { point: name, value: key.slice(0, MAX_TEXT), quality: 'good' };
    case 'boolean': {
      const value = toFlag(raw);
      return value === undefined ? bad(name, `${shown(raw)} is neither true nor false`) : { point: name, value, quality: 'good' };
    }
    case 'number': {
      const value = toNumber(raw);
      const result = value === undefined ? Number.NaN : tidy(value * scale + offset);
      return Number.isFinite(result)
        ? { point: name, value: result, quality: 'good' }
        : bad(name, `${shown(raw)} is not a number`);
    }
  }
}

function readJson(point: MqttPointConfig, path: JsonPath, payload: Payload): ReturnType<ReadPoint> {
  const parsed = payload.json();
  if (!parsed) return { fault: 'the message is not JSON' };
  const raw = atJsonPath(parsed.document, path);
  return raw === undefined ? 'absent' : convert(point, raw);
}

/**
 * How a point is read from a message: by its description in bytes, by its path in JSON, or the whole message as text.
 * `absent`: this message does not speak of the point, as in partial updates. Never throws.
 */
export function createReadPoint(point: MqttPointConfig): ReadPoint {
  const { name, field, json } = point;
  if (field) {
    return ({ bytes }) => {
      const decoded = decodeField(field, bytes);
      if (!decoded.ok) return bad(name, decoded.why);
      const { value, note } = decoded;
      return { point: name, value, quality: 'good', ...(note === undefined ? {} : { note }) };
    };
  }
  if (json === undefined) {
    return (payload) => (payload.text === undefined ? { fault: 'the message is not text' } : convert(point, payload.text));
  }
  const path = parseJsonPath(json);
  return path ? (payload) => readJson(point, path, payload) : () => bad(name, `"${json}" is not a path`);
}
