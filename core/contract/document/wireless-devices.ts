import { z } from 'zod';
import { BIND_KEY } from '../bind-key.ts';
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

/** A key as it is handed over in a call. The document has only the name of the secret that holds it. */
export const BindKey = z.string().regex(BIND_KEY, 'must be 32 hexadecimal digits (0 to 9, A to F)');

const keySecret = z
  .string()
  .regex(/^[\w/+=.@-]{1,256}$/, 'the name of a secret has 1 to 256 letters, digits and any of "/_+=.@-"')
  .refine((name) => !BIND_KEY.test(name), 'is the name of a secret, not the key itself: set the key with gatehouse secret set');

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
  /** Advertisements that are encrypted: the name of the secret with the device's bind key, 32 hexadecimal digits. */
  keySecret: keySecret.optional(),
  /** Which radio, `hci0`; left out: any. */
  radio: z.string().max(16).optional(),
  pair: z.boolean().default(false),
  /** Of characteristics that are read, not notified. */
  pollMs: IntervalMs.default(10_000),
  connectTimeoutMs: TimeoutMs.default(20_000),
  points: z.array(BlePoint).min(1, 'a device needs at least one point').max(64),
});
export type BleDeviceConfig = z.infer<typeof BleDevice>;

/**
 * How long a device has to report the value that was written, in ms; 0: a write is done when it is sent. A report of another value, or none
 * in this time, is a fault of the write.
 */
const confirmMs = z.number().int().min(0).max(60_000).optional();
/** The `confirmMs` of a point that says nothing of it. */
export const CONFIRM_MS = 5000;

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
      /** 5000 unless told; 0 unless told where the point is read from the topic that is written, as nobody then answers. */
      confirmMs,
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
  /** 5000 unless told. */
  confirmMs,
});
/** A Sparkplug B edge node, or a device behind it (Eclipse Sparkplug 3.0). */
export const SparkplugDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('sparkplug'),
  group: sparkplugName,
  node: sparkplugName,
  device: sparkplugName.optional(),
  /** The gateway is the host application of this name, for which the node waits (its primary host): it says so on `spBv1.0/STATE/<hostId>`. */
  hostId: sparkplugName.optional(),
  points: z.array(SparkplugPoint).min(1, 'a device needs at least one point').max(2000),
});
export type SparkplugDeviceConfig = z.infer<typeof SparkplugDevice>;
