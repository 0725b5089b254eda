import { z } from 'zod';

/** A serial port, bound by its path (`/dev/ttyUSB0`, `/dev/serial/by-id/...`, `COM3`). */
export const SerialLink = z.strictObject({
  kind: z.literal('serial'),
  path: z.string().min(1, 'name the port, e.g. /dev/ttyUSB0 or COM3'),
  baudRate: z.number().int().min(50).max(4_000_000).default(9600),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  rtscts: z.boolean().default(false),
});

export const TcpLink = z.strictObject({
  kind: z.literal('tcp'),
  host: z.string().min(1, 'name the host or address'),
  port: z.number().int().min(1).max(65535),
  connectTimeoutMs: z.number().int().min(100).max(60_000).default(5000),
});

export const SIMULATED_MODELS = ['energy-meter', 'gps-receiver', 'barcode-scanner'] as const;

/** Not a port: a simulated device at the other end of a wire in memory. The bytes and the codec are real. */
export const SimulatedLink = z.strictObject({
  kind: z.literal('simulated'),
  model: z.enum(SIMULATED_MODELS),
});

export const Link = z.discriminatedUnion('kind', [SerialLink, TcpLink, SimulatedLink]);
export type LinkConfig = z.infer<typeof Link>;
export type SerialLinkConfig = z.infer<typeof SerialLink>;
export type TcpLinkConfig = z.infer<typeof TcpLink>;
export type SimulatedLinkConfig = z.infer<typeof SimulatedLink>;
