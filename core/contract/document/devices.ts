import { z } from 'zod';
import { IntervalMs, TimeoutMs } from './common.ts';
import { deviceBase } from './device-base.ts';
import { Link } from './links.ts';
import { pointBase } from './points.ts';
import { FramesDevice, ObdDevice, PrinterDevice, ScaleDevice, ScannerDevice } from './serial-devices.ts';
import { BleDevice, MqttDevice, SparkplugDevice } from './wireless-devices.ts';

export const MODBUS_TYPES = [
  'bool',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
  'bcd16',
  'bcd32',
  'string',
] as const;
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
  /** Registers of a string: two characters each. */
  length: z.number().int().min(1).max(125).optional(),
  /** For 16-bit integers: only these bits, shifted down. */
  mask: z.number().int().min(1).max(0xffff).optional(),
  writable: z.boolean().default(false),
  /** Read less often than the device's `pollMs`. */
  pollMs: IntervalMs.optional(),
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

export const NMEA_VALUES = [
  'latitude',
  'longitude',
  'speed',
  'course',
  'altitude',
  'satellites',
  'satellites-in-view',
  'snr-best',
  'fix',
  'hdop',
  'vdop',
  'pdop',
  'time',
] as const;
export const NmeaPoint = z.strictObject({ ...pointBase, value: z.enum(NMEA_VALUES) });
export type NmeaPointConfig = z.infer<typeof NmeaPoint>;

export const SIMULATED_DEVICES = ['cold-store-thermometer', 'heart-rate-sensor', 'door-contact'] as const;
export const SimulatedPoint = z.strictObject({ ...pointBase });

const modbusBase = {
  unit: z.number().int().min(0).max(255).default(1),
  pollMs: IntervalMs.default(1000),
  timeoutMs: TimeoutMs.default(1000),
  /** Silence before a request to this unit, beyond what the line needs. */
  gapMs: z.number().min(0).max(5000).optional(),
  /** How points are gathered into requests. */
  blocks: z
    .strictObject({
      /** Registers (or bits) that may lie unused between two points of one request; 0 never reads across a gap. */
      maxGap: z.number().int().min(0).max(100).default(0),
      maxRegisters: z.number().int().min(1).max(125).default(125),
      maxBits: z.number().int().min(1).max(2000).default(2000),
    })
    .optional(),
  /** Which functions write: `auto` tries the single one first where one register or coil is written. */
  writeBy: z.enum(['auto', 'single', 'multiple']).optional(),
  /** Read every write back and compare; off only where a register cannot be read. */
  readBack: z.boolean().optional(),
  /** A unit that does not answer is parked and probed; off asks it in every round. */
  breaker: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Requests in a row without an answer until it is parked. */
      after: z.number().int().min(1).max(100).default(3),
      firstProbeMs: z.number().int().min(100).max(600_000).default(1000),
      maxProbeMs: z.number().int().min(100).max(3_600_000).default(30_000),
    })
    .optional(),
  points: z.array(ModbusPoint).min(1, 'a device needs at least one point').max(2000),
};

export const ModbusRtuDevice = z.strictObject({ ...deviceBase, adapter: z.literal('modbus-rtu'), link: Link, ...modbusBase });
export const ModbusTcpDevice = z.strictObject({ ...deviceBase, adapter: z.literal('modbus-tcp'), link: Link, ...modbusBase });
/** The framing with colons and hex digits (serial line V1.02, 2.5.2); 7 data bits as a rule. */
export const ModbusAsciiDevice = z.strictObject({ ...deviceBase, adapter: z.literal('modbus-ascii'), link: Link, ...modbusBase });
export type ModbusDeviceConfig =
  | z.infer<typeof ModbusRtuDevice>
  | z.infer<typeof ModbusTcpDevice>
  | z.infer<typeof ModbusAsciiDevice>;
export const MODBUS_ADAPTERS = ['modbus-rtu', 'modbus-tcp', 'modbus-ascii'] as const;
export const isModbus = (device: DeviceConfig): device is ModbusDeviceConfig =>
  MODBUS_ADAPTERS.some((name) => name === device.adapter);

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
  ModbusAsciiDevice,
  LineDevice,
  NmeaDevice,
  SimulatedDevice,
  ObdDevice,
  ScannerDevice,
  ScaleDevice,
  PrinterDevice,
  FramesDevice,
  BleDevice,
  MqttDevice,
  SparkplugDevice,
]);
export type DeviceConfig = z.infer<typeof Device>;
export type LinkedDeviceConfig = Extract<DeviceConfig, { readonly link: unknown }>;
