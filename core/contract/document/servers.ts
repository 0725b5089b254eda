import { z } from 'zod';
import { Id } from './common.ts';
import { BYTE_ORDERS, MODBUS_TYPES } from './devices.ts';

/** One value of the gateway in the register map that a PLC or SCADA reads. */
export const ServedPoint = z.strictObject({
  table: z.enum(['holding', 'input', 'coil', 'discrete']),
  address: z.number().int().min(0).max(65_535),
  device: Id,
  point: Id,
  type: z.enum(MODBUS_TYPES).default('float32'),
  order: z.enum(BYTE_ORDERS).default('big'),
  scale: z.number().default(1),
  offset: z.number().default(0),
  /** A write of the other side is written to the device; only holding and coil. */
  writable: z.boolean().default(false),
});
export type ServedPointConfig = z.infer<typeof ServedPoint>;

/** A Modbus TCP server. It has no sign-in: it listens on this machine only unless told, and `allow` names who may connect. */
export const ModbusServer = z.strictObject({
  id: Id,
  host: z.string().max(64).default('127.0.0.1'),
  port: z.number().int().min(1).max(65_535).default(502),
  unit: z.number().int().min(0).max(255).default(1),
  /** Addresses that may connect; left out: every one that can reach `host`. */
  allow: z.array(z.string().max(64)).max(64).optional(),
  maxClients: z.number().int().min(1).max(64).default(8),
  /** What is read for a value that is not good: an exception, or the last value. */
  whenBad: z.enum(['exception', 'last']).default('exception'),
  points: z.array(ServedPoint).min(1, 'a server needs at least one point').max(5000),
});
export type ModbusServerConfig = z.infer<typeof ModbusServer>;

export const Servers = z.strictObject({ modbus: z.array(ModbusServer).max(8).default([]) });
