import { GatewayError } from '../../base/errors.ts';
import { CONFIRM_MS, type MqttDeviceConfig, type MqttPointConfig } from '../../contract/document/wireless-devices.ts';
import { topicMatches } from '../../router/topics.ts';
import { tidy } from '../tidy.ts';

type Value = number | string | boolean;

/** Types of bytes that count whole steps of their scale. */
const WHOLE = /^(u?int\d|bcd)/;

export interface MqttWrite {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  readonly point: MqttPointConfig;
  /** How long the device has to report the value, in ms; 0: it is not waited for. */
  readonly confirmMs: number;
  /** Half a step of what the device can report, in the point's unit; 0 where that is not known. */
  readonly resolution: number;
}

/** In JSON a text stands between quotes of the template: what would end it is escaped. */
const inJson = (value: Value): string => (typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value));

/** The value as the device counts: without scale and offset. Undefined where it is not of the point's type. */
function asDeviceCounts({ type, scale, offset }: MqttPointConfig, value: Value): Value | undefined {
  if (type === 'text') return String(value);
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  const raw = typeof value === 'number' ? tidy((value - offset) / scale) : Number.NaN;
  return Number.isFinite(raw) ? raw : undefined;
}

function resolutionOf({ field, decimals }: MqttPointConfig): number {
  const step = field && WHOLE.test(field.type) ? Math.abs(field.scale) : 0;
  return Math.max(step, decimals === undefined ? 0 : 10 ** -decimals) / 2;
}

/**
 * The message that writes a value. A word that the point reads as this value is written as the word.
 * Throws `adapter/unknown-point`, `adapter/not-writable`, `adapter/bad-value`.
 */
export function encodeMqttWrite(config: Pick<MqttDeviceConfig, 'name' | 'points'>, name: string, value: Value): MqttWrite {
  const point = config.points.find((one) => one.name === name);
  if (!point) throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${name}"`);
  if (!point.write) throw new GatewayError('adapter/not-writable', `${config.name}: "${name}" cannot be written`);
  const word = Object.entries(point.words ?? {}).find(([, meaning]) => meaning === value)?.[0];
  const { topic, payload, retain, confirmMs } = point.write;
  const said = word ?? asDeviceCounts(point, value);
  if (said === undefined) {
    throw new GatewayError('adapter/bad-value', `${config.name}: ${String(value)} is not a ${point.type} for "${name}"`);
  }
  const text = payload.replaceAll('{{value}}', () => (/^\s*[[{]/.test(payload) ? inJson(said) : String(said)));
  return {
    topic,
    payload: new TextEncoder().encode(text),
    retain,
    point,
    // Where the same topic is written and read, nobody answers: what is heard there is the write itself.
    confirmMs: confirmMs ?? (topicMatches(point.topic, topic) ? 0 : CONFIRM_MS),
    resolution: resolutionOf(point),
  };
}
