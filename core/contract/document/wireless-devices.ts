import { z } from 'zod';
import { IntervalMs, TimeoutMs } from './common.ts';
import { deviceBase } from './device-base.ts';
import { FieldFormat, pointBase } from './points.ts';
import { TopicFilter } from './topic-filter.ts';

const address = z.string().regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/, 'a Bluetooth address in upper case, e.g. AA:BB:CC:00:00:01');
/** 16-bit ids are written as `2a37`; 128-bit ids in full, in lower case. */
const uuid = z.string().regex(/^([0-9a-f]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'a UUID in lower case, e.g. 2a37');

export const ADVERT_DECODERS = [
  'auto',
  'bthome-v2',
  'ruuvi-3',
  'ruuvi-5',
  'ibeacon',
  'eddystone',
  'xiaomi',
  'atc',
  'pvvx',
  'service-data',
] as const;

export const BlePoint = z.strictObject({
  ...pointBase,
  /** A fact of the decoder or of a standard service: `temperature`, `humidity`, `battery`, `heart-rate`, `spo2`, `rssi`, ... */
  value: z.string().min(1).max(64),
  /** A characteristic by description, instead of a standard one; `value` is then only its name. */
  characteristic: uuid.optional(),
  service: uuid.optional(),
  field: FieldFormat.optional(),
  /** How a characteristic is read; standard ones know it themselves. */
  by: z.enum(['notify', 'read']).optional(),
  writable: z.boolean().default(false),
});
export type BlePointConfig = z.infer<typeof BlePoint>;

/** A Bluetooth LE device. `advert`: only listened to, without a connection. `gatt`: connected. */
export const BleDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('ble'),
  address,
  addressType: z.enum(['public', 'random']).optional(),
  mode: z.enum(['advert', 'gatt']),
  decoder: z.enum(ADVERT_DECODERS).default('auto'),
  /** Which radio, `hci0`; left out: any. */
  radio: z.string().max(16).optional(),
  pair: z.boolean().default(false),
  /** Of characteristics that are read, not notified. */
  pollMs: IntervalMs.default(10_000),
  connectTimeoutMs: TimeoutMs.default(20_000),
  points: z.array(BlePoint).min(1, 'a device needs at least one point').max(64),
});
export type BleDeviceConfig = z.infer<typeof BleDevice>;

export const MqttPoint = z.strictObject({
  ...pointBase,
  /** Where the value comes. */
  topic: TopicFilter,
  /** Path into a JSON payload: `sensors[0].t`. Neither this nor `field`: the whole payload as text. */
  json: z.string().max(200).optional(),
  field: FieldFormat.optional(),
  type: z.enum(['number', 'text', 'boolean']).default('number'),
  scale: z.number().default(1),
  offset: z.number().default(0),
  words: z.record(z.string().max(64), z.union([z.string().max(64), z.number(), z.boolean()])).optional(),
  /** Where a new value is published, and how: `{{value}}` stands for it. */
  write: z
    .strictObject({
      topic: z.string().min(1).max(256),
      payload: z.string().max(1000).default('{{value}}'),
      retain: z.boolean().default(false),
    })
    .optional(),
});
export type MqttPointConfig = z.infer<typeof MqttPoint>;

/** A client of the local broker whose topics become points. */
export const MqttDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('mqtt'),
  /** Its client id: the device is offline when this client is not connected. */
  client: z.string().min(1).max(256).optional(),
  /** A topic that says whether it is there (birth and last will). */
  presence: z
    .strictObject({
      topic: TopicFilter,
      online: z.string().max(200).default('online'),
      offline: z.string().max(200).default('offline'),
    })
    .optional(),
  points: z.array(MqttPoint).min(1, 'a device needs at least one point').max(500),
});
export type MqttDeviceConfig = z.infer<typeof MqttDevice>;

const sparkplugName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^+#/]+$/, 'without +, # and /');
export const SparkplugPoint = z.strictObject({
  ...pointBase,
  /** Name of the metric as in the birth message; aliases are resolved. */
  metric: z.string().min(1).max(256),
  scale: z.number().default(1),
  offset: z.number().default(0),
  writable: z.boolean().default(false),
});
/** A Sparkplug B edge node, or a device behind it (Eclipse Sparkplug 3.0). */
export const SparkplugDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('sparkplug'),
  group: sparkplugName,
  node: sparkplugName,
  device: sparkplugName.optional(),
  points: z.array(SparkplugPoint).min(1, 'a device needs at least one point').max(2000),
});
export type SparkplugDeviceConfig = z.infer<typeof SparkplugDevice>;
