import { z } from 'zod';
import { Id, IntervalMs, Label, TimeoutMs } from './common.ts';
import { Link } from './links.ts';

/** What every point has, whatever the protocol. */
const pointBase = {
  name: Id,
  label: Label.optional(),
  /** UCUM-like text as shown on the screen: `°C`, `kWh`, `bpm`. */
  unit: z.string().max(16).optional(),
  /** Decimals on the screen; the value itself is not rounded. */
  decimals: z.number().int().min(0).max(9).optional(),
};

export const MODBUS_TYPES = ['bool', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'] as const;
/** Letters are the bytes of the value, A the most significant, in the order they stand on the wire. */
export const BYTE_ORDERS = ['big', 'little', 'big-swapped', 'little-swapped'] as const;

/**
 * `order`, for a 32-bit value ABCD: `big` ABCD, `little` DCBA, `big-swapped` BADC (bytes swapped in each register),
 * `little-swapped` CDAB (registers in reverse, bytes not). 64-bit values follow the same rules over four registers.
 */
export const ModbusPoint = z.strictObject({
  ...pointBase,
  table: z.enum(['holding', 'input', 'coil', 'discrete']),
  /** Zero-based address as on the wire (holding register 40001 is 0). */
  address: z.number().int().min(0).max(65535),
  type: z.enum(MODBUS_TYPES).default('uint16'),
  order: z.enum(BYTE_ORDERS).default('big'),
  /** Bit of a register, 0 the least significant; only for type bool on holding or input. */
  bit: z.number().int().min(0).max(15).optional(),
  scale: z.number().default(1),
  offset: z.number().default(0),
  writable: z.boolean().default(false),
});
export type ModbusPointConfig = z.infer<typeof ModbusPoint>;

/** A named value that a pattern or a column finds in a line. */
export const LinePoint = z.strictObject({
  ...pointBase,
  /** Name of a group `(?<name>...)` in `pattern`, or the number of a column (from 0) where `separator` splits the line. */
  from: z.union([z.string().min(1), z.number().int().min(0).max(255)]).optional(),
  type: z.enum(['number', 'text', 'boolean']).default('number'),
  scale: z.number().default(1),
  offset: z.number().default(0),
});
export type LinePointConfig = z.infer<typeof LinePoint>;

export const NMEA_VALUES = ['latitude', 'longitude', 'speed', 'course', 'altitude', 'satellites', 'fix', 'hdop', 'time'] as const;
export const NmeaPoint = z.strictObject({ ...pointBase, value: z.enum(NMEA_VALUES) });
export type NmeaPointConfig = z.infer<typeof NmeaPoint>;

export const SIMULATED_DEVICES = ['cold-store-thermometer', 'heart-rate-sensor', 'door-contact'] as const;
export const SimulatedPoint = z.strictObject({ ...pointBase });

const deviceBase = {
  id: Id,
  name: Label,
  /** `points`: a message for each point on `devices/<id>/<point>`. `record`: one message for what belongs together on `devices/<id>`. */
  publish: z.enum(['points', 'record']).default('points'),
  /** After this long without anything heard the readings are stale; three poll intervals unless told. */
  staleAfterMs: z.number().int().min(100).max(86_400_000).optional(),
  enabled: z.boolean().default(true),
};

const modbusBase = {
  unit: z.number().int().min(0).max(255).default(1),
  pollMs: IntervalMs.default(1000),
  timeoutMs: TimeoutMs.default(1000),
  points: z.array(ModbusPoint).min(1, 'a device needs at least one point').max(2000),
};

export const ModbusRtuDevice = z.strictObject({ ...deviceBase, adapter: z.literal('modbus-rtu'), link: Link, ...modbusBase });
export const ModbusTcpDevice = z.strictObject({ ...deviceBase, adapter: z.literal('modbus-tcp'), link: Link, ...modbusBase });
export type ModbusDeviceConfig = z.infer<typeof ModbusRtuDevice> | z.infer<typeof ModbusTcpDevice>;

export const LineDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('line'),
  link: Link,
  /** What ends a line; `\r` before `\n` is dropped. */
  delimiter: z.string().min(1).max(8).default('\n'),
  /** Longest line in bytes; a longer one is discarded and counted. */
  maxLength: z.number().int().min(1).max(65_536).default(1024),
  encoding: z.enum(['utf8', 'latin1', 'ascii']).default('utf8'),
  /** Regular expression with named groups. A line that does not match is counted as a bad frame. */
  pattern: z.string().max(500).optional(),
  /** Splits the line into columns, instead of a pattern. */
  separator: z.string().min(1).max(8).optional(),
  points: z.array(LinePoint).min(1, 'a device needs at least one point').max(200),
});
export type LineDeviceConfig = z.infer<typeof LineDevice>;

export const NmeaDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('nmea'),
  link: Link,
  /** Accept sentences without a checksum; off unless told, as noise then passes. */
  allowMissingChecksum: z.boolean().default(false),
  points: z.array(NmeaPoint).min(1, 'a device needs at least one point').max(32),
});
export type NmeaDeviceConfig = z.infer<typeof NmeaDevice>;

export const SimulatedDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('simulated'),
  model: z.enum(SIMULATED_DEVICES),
  intervalMs: IntervalMs.default(1000),
  points: z.array(SimulatedPoint).min(1, 'a device needs at least one point').max(16),
});
export type SimulatedDeviceConfig = z.infer<typeof SimulatedDevice>;

export const Device = z.discriminatedUnion('adapter', [
  ModbusRtuDevice,
  ModbusTcpDevice,
  LineDevice,
  NmeaDevice,
  SimulatedDevice,
]);
export type DeviceConfig = z.infer<typeof Device>;
