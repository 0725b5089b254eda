import { z } from 'zod';

/**
 * What a port is, so that it is found again under another name. `usb`: the adapter itself, wherever it is plugged in. `physical`: the
 * socket, whatever is plugged into it (the name below /dev/serial/by-path, or of the bus device).
 */
export const PortBinding = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('usb'),
    vendor: z.string().regex(/^[0-9a-f]{4}$/, 'four hex digits in lower case, e.g. 0403'),
    product: z.string().regex(/^[0-9a-f]{4}$/, 'four hex digits in lower case, e.g. 6001'),
    serial: z.string().min(1).max(128).optional(),
    /** Which port of an adapter with several: its USB interface number. */
    interface: z.number().int().min(0).max(255).optional(),
  }),
  z.strictObject({ by: z.literal('physical'), path: z.string().min(1).max(256) }),
]);
export type PortBindingConfig = z.infer<typeof PortBinding>;

/** How an RS-485 transceiver is switched. `driver`: by the kernel (TIOCSRS485). `rts`: the gateway sets RTS while it sends. */
export const Rs485 = z.strictObject({
  mode: z.enum(['driver', 'rts']),
  rtsOnSend: z.boolean().default(true),
  delayBeforeMs: z.number().min(0).max(100).default(0),
  delayAfterMs: z.number().min(0).max(100).default(0),
});
export type Rs485Config = z.infer<typeof Rs485>;

const lineSettings = {
  baudRate: z.number().int().min(50).max(4_000_000).default(9600),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
};
const modemLines = {
  /** Set at the opening; left out: as the driver has them. */
  dtr: z.boolean().optional(),
  rts: z.boolean().optional(),
};

/**
 * A serial port. Without `bind` it is bound by its path (`/dev/ttyUSB0`, `/dev/serial/by-id/...`, `COM3`); with it, `path` is the name it
 * had when it was commissioned, and today's name is looked up.
 */
export const SerialLink = z.strictObject({
  kind: z.literal('serial'),
  path: z.string().min(1, 'name the port, e.g. /dev/ttyUSB0 or COM3'),
  bind: PortBinding.optional(),
  ...lineSettings,
  rtscts: z.boolean().default(false),
  xonxoff: z.boolean().optional(),
  ...modemLines,
  rs485: Rs485.optional(),
});

/** Bytes over TCP as they are: a device, or a serial port behind a device server in raw mode. */
export const TcpLink = z.strictObject({
  kind: z.literal('tcp'),
  host: z.string().min(1, 'name the host or address'),
  port: z.number().int().min(1).max(65535),
  connectTimeoutMs: z.number().int().min(100).max(60_000).default(5000),
});

/** A serial port behind a device server whose line settings are made over the network (Telnet COM port control, RFC 2217). */
export const Rfc2217Link = z.strictObject({
  kind: z.literal('rfc2217'),
  host: z.string().min(1, 'name the host or address'),
  port: z.number().int().min(1).max(65535),
  connectTimeoutMs: z.number().int().min(100).max(60_000).default(5000),
  ...lineSettings,
  ...modemLines,
});

export const SIMULATED_MODELS = ['energy-meter', 'gps-receiver', 'barcode-scanner'] as const;

/** Not a port: a simulated device at the other end of a wire in memory. The bytes and the codec are real. */
export const SimulatedLink = z.strictObject({
  kind: z.literal('simulated'),
  model: z.enum(SIMULATED_MODELS),
});

export const Link = z.discriminatedUnion('kind', [SerialLink, TcpLink, Rfc2217Link, SimulatedLink]);
export type LinkConfig = z.infer<typeof Link>;
export type SerialLinkConfig = z.infer<typeof SerialLink>;
export type TcpLinkConfig = z.infer<typeof TcpLink>;
export type Rfc2217LinkConfig = z.infer<typeof Rfc2217Link>;
export type SimulatedLinkConfig = z.infer<typeof SimulatedLink>;
