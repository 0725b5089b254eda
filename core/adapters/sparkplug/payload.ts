import { encodeBytes, encodeFixed, encodeNumber, WireFault, type WireField, wireFields } from './protobuf.ts';
import type { RawValue } from './values.ts';

/** A metric as it stands in a payload. What a message leaves out is undefined. */
export interface Metric {
  readonly name: string | undefined;
  readonly alias: bigint | undefined;
  /** Ms since 1970, by the clock of the edge node. */
  readonly timestamp: bigint | undefined;
  readonly datatype: number | undefined;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  /** What the device says of the value by the property `Quality` (section 6.4.9.1); good where it says nothing. */
  readonly quality: 'good' | 'bad' | 'stale';
  readonly value: RawValue | undefined;
}

export interface SparkplugPayload {
  /** Ms since 1970, by the clock of the edge node. */
  readonly timestamp: bigint | undefined;
  readonly seq: number | undefined;
  readonly metrics: readonly Metric[];
}

export type DecodedPayload =
  | { readonly ok: true; readonly payload: SparkplugPayload }
  | { readonly ok: false; readonly why: string };

/** Field numbers of sparkplug_b.proto, Sparkplug 3.0, section 6.4.4 and following. */
const PAYLOAD = { timestamp: 1, metrics: 2, seq: 3 } as const;
const METRIC = {
  name: 1,
  alias: 2,
  timestamp: 3,
  datatype: 4,
  isHistorical: 5,
  isNull: 7,
  properties: 9,
  int: 10,
  long: 11,
  float: 12,
  double: 13,
  boolean: 14,
  string: 15,
} as const;
/** Bytes, data set, template, extension. */
const OTHER_VALUES: readonly number[] = [16, 17, 18, 19];
/** A set of properties: names, and values in the same order. */
const PROPERTIES = { keys: 1, values: 2 } as const;
const PROPERTY = { int: 3, long: 4 } as const;
/** Codes of section 6.4.9.1: 0 bad, 192 good, 500 stale. Some makers send the finer ones of OPC, of which 192 to 255 are good. */
const QUALITY_GOOD = { from: 192n, to: 255n };
const QUALITY_STALE = 500n;
const MAX_METRICS = 20_000;

const decoder = new TextDecoder('utf-8', { fatal: true });

function numberOf(field: WireField): bigint {
  if (field.kind !== 'varint') throw new WireFault(`field ${field.number} is not a number`);
  return field.value;
}
function flagOf(field: WireField): boolean {
  const value = numberOf(field);
  if (value > 1n) throw new WireFault(`field ${field.number} is neither true nor false`);
  return value === 1n;
}
function bytesOf(field: WireField, kind: 'fixed64' | 'fixed32' | 'bytes'): Uint8Array {
  if (field.kind !== kind) throw new WireFault(`field ${field.number} is of another kind`);
  return field.bytes;
}
function textOf(field: WireField): string {
  try {
    return decoder.decode(bytesOf(field, 'bytes'));
  } catch (cause) {
    if (cause instanceof WireFault) throw cause;
    throw new WireFault(`field ${field.number} is not text`);
  }
}
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function rawValue(field: WireField): RawValue | undefined {
  switch (field.number) {
    case METRIC.int:
      return { in: 'int', bits: numberOf(field) };
    case METRIC.long:
      return { in: 'long', bits: numberOf(field) };
    case METRIC.float:
      return { in: 'float', number: viewOf(bytesOf(field, 'fixed32')).getFloat32(0, true) };
    case METRIC.double:
      return { in: 'double', number: viewOf(bytesOf(field, 'fixed64')).getFloat64(0, true) };
    case METRIC.boolean:
      return { in: 'boolean', flag: flagOf(field) };
    case METRIC.string:
      return { in: 'string', text: textOf(field) };
    default:
      return OTHER_VALUES.includes(field.number) ? { in: 'other' } : undefined;
  }
}

/** The property `Quality` of a set; undefined where there is none. A number that is no code of the standard is bad. */
function qualityOf(bytes: Uint8Array): Metric['quality'] | undefined {
  const keys: string[] = [];
  const values: Uint8Array[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === PROPERTIES.keys) keys.push(textOf(field));
    else if (field.number === PROPERTIES.values) values.push(bytesOf(field, 'bytes'));
  }
  const value = values[keys.indexOf('Quality')];
  if (!value) return undefined;
  for (const field of wireFields(value)) {
    if (field.number !== PROPERTY.int && field.number !== PROPERTY.long) continue;
    const code = numberOf(field);
    if (code >= QUALITY_GOOD.from && code <= QUALITY_GOOD.to) return 'good';
    return code === QUALITY_STALE ? 'stale' : 'bad';
  }
  return undefined;
}

function readMetric(bytes: Uint8Array): Metric {
  const metric: { -readonly [K in keyof Metric]: Metric[K] } = {
    name: undefined,
    alias: undefined,
    timestamp: undefined,
    datatype: undefined,
    isHistorical: false,
    isNull: false,
    quality: 'good',
    value: undefined,
  };
  for (const field of wireFields(bytes)) {
    if (field.number === METRIC.name) metric.name = textOf(field);
    else if (field.number === METRIC.alias) metric.alias = numberOf(field);
    else if (field.number === METRIC.timestamp) metric.timestamp = numberOf(field);
    else if (field.number === METRIC.datatype) metric.datatype = Number(numberOf(field));
    else if (field.number === METRIC.isHistorical) metric.isHistorical = flagOf(field);
    else if (field.number === METRIC.isNull) metric.isNull = flagOf(field);
    else if (field.number === METRIC.properties) metric.quality = qualityOf(bytesOf(field, 'bytes')) ?? metric.quality;
    else metric.value = rawValue(field) ?? metric.value;
  }
  return metric;
}

function readPayload(bytes: Uint8Array): SparkplugPayload {
  const metrics: Metric[] = [];
  let timestamp: bigint | undefined;
  let seq: number | undefined;
  for (const field of wireFields(bytes)) {
    if (field.number === PAYLOAD.timestamp) timestamp = numberOf(field);
    else if (field.number === PAYLOAD.seq) {
      const value = numberOf(field);
      if (value > 255n) throw new WireFault(`the sequence number ${value} is beyond 255`);
      seq = Number(value);
    } else if (field.number === PAYLOAD.metrics) {
      if (metrics.length >= MAX_METRICS) throw new WireFault(`it has more than ${MAX_METRICS} metrics`);
      metrics.push(readMetric(bytesOf(field, 'bytes')));
    }
  }
  return { timestamp, seq, metrics };
}

/**
 * A payload of Sparkplug B (Eclipse Sparkplug 3.0, section 6.4). Never throws; a message with one damaged field has no value at all.
 * Linear in its length; data sets, templates and properties other than `Quality` are stepped over.
 */
export function decodePayload(bytes: Uint8Array): DecodedPayload {
  try {
    return { ok: true, payload: readPayload(bytes) };
  } catch (cause) {
    if (cause instanceof WireFault) return { ok: false, why: cause.message };
    throw cause;
  }
}

function encodeRaw(value: RawValue): Uint8Array {
  switch (value.in) {
    case 'int':
      return encodeNumber(METRIC.int, value.bits);
    case 'long':
      return encodeNumber(METRIC.long, value.bits);
    case 'float': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value.number);
      return encodeFixed(METRIC.float, bytes);
    }
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value.number);
      return encodeFixed(METRIC.double, bytes);
    }
    case 'boolean':
      return encodeNumber(METRIC.boolean, value.flag ? 1n : 0n);
    case 'string':
      return encodeBytes(METRIC.string, new TextEncoder().encode(value.text));
    case 'other':
      return new Uint8Array(0);
  }
}

/** A metric as a command calls it: by its alias alone where its birth gave it one (payloads-alias-data-cmd-requirement), else by name. */
export interface CommandedMetric {
  readonly name: string;
  readonly alias: bigint | undefined;
  readonly datatype: number;
}

/** A command to an edge node or a device: one metric (sections 6.4.21 and 6.4.24). `at` is wall time in ms. */
export function encodeCommand({ name, alias, datatype }: CommandedMetric, value: RawValue, at: number): Uint8Array {
  const time = BigInt(Math.max(0, Math.round(at)));
  const metric = Buffer.concat([
    alias === undefined ? encodeBytes(METRIC.name, new TextEncoder().encode(name)) : encodeNumber(METRIC.alias, alias),
    encodeNumber(METRIC.timestamp, time),
    encodeNumber(METRIC.datatype, BigInt(datatype)),
    encodeRaw(value),
  ]);
  return Buffer.concat([encodeNumber(PAYLOAD.timestamp, time), encodeBytes(PAYLOAD.metrics, metric)]);
}
