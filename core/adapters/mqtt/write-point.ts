import { GatewayError } from '../../base/errors.ts';
import type { MqttDeviceConfig } from '../../contract/document/wireless-devices.ts';

type Value = number | string | boolean;

export interface MqttWrite {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** In JSON a text stands between quotes of the template: what would end it is escaped. */
const inJson = (value: Value): string => (typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value));

/**
 * The message that writes a value. A word that the point reads as this value is written as the word.
 * Throws `adapter/unknown-point`, `adapter/not-writable`.
 */
export function encodeMqttWrite(config: Pick<MqttDeviceConfig, 'name' | 'points'>, name: string, value: Value): MqttWrite {
  const point = config.points.find((one) => one.name === name);
  if (!point) throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${name}"`);
  if (!point.write) throw new GatewayError('adapter/not-writable', `${config.name}: "${name}" cannot be written`);
  const word = Object.entries(point.words ?? {}).find(([, meaning]) => meaning === value)?.[0];
  const { topic, payload, retain } = point.write;
  const said: Value = word ?? value;
  const text = payload.replaceAll('{{value}}', () => (/^\s*[[{]/.test(payload) ? inJson(said) : String(said)));
  return { topic, payload: new TextEncoder().encode(text), retain };
}
