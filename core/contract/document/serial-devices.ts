import { z } from 'zod';
import { IntervalMs, TimeoutMs } from './common.ts';
import { deviceBase } from './device-base.ts';
import { Link } from './links.ts';
import { FieldFormat, pointBase } from './points.ts';

const hexText = z
  .string()
  .regex(/^([0-9a-fA-F]{2}\s?)+$/, 'bytes in hex, e.g. "02 41"')
  .max(512);

/** ELM327 and its like (ELM327 data sheet v2.x; SAE J1979 modes 01, 03, 07, 09, 0A). */
export const OBD_VALUES = /^(pid:[0-9A-F]{2}|codes|pending-codes|permanent-codes|code-count|mil|vin|voltage|protocol)$/;
export const ObdPoint = z.strictObject({
  ...pointBase,
  /** `pid:0C` for a live PID of mode 01, `pid:0C` in upper case; or `codes`, `mil`, `vin`, `voltage`, ... */
  value: z.string().regex(OBD_VALUES, 'use pid:<two hex digits>, codes, mil, vin, voltage, ...'),
  pollMs: IntervalMs.optional(),
});
export const ObdDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('obd'),
  link: Link,
  /** 0 is automatic; the others as in the data sheet (AT SP h). */
  protocol: z
    .string()
    .regex(/^[0-9A-C]$/)
    .default('0'),
  pollMs: IntervalMs.default(1000),
  timeoutMs: TimeoutMs.default(2000),
  points: z.array(ObdPoint).min(1, 'a device needs at least one point').max(128),
});
export type ObdDeviceConfig = z.infer<typeof ObdDevice>;

export const SCANNER_VALUES = ['code', 'symbology', 'raw', 'count', 'gtin', 'duplicate'] as const;
export const ScannerPoint = z.strictObject({ ...pointBase, value: z.enum(SCANNER_VALUES) });
export const ScannerDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('scanner'),
  link: Link,
  kind: z.enum(['barcode', 'rfid']).default('barcode'),
  prefix: z.string().max(16).default(''),
  suffix: z.string().min(1).max(16).default('\r'),
  /** How the symbology stands before the code: `aim` is `]E0` (ISO/IEC 15424); `table` uses `symbologies`. */
  symbology: z.enum(['none', 'aim', 'table']).default('none'),
  /** For `table`: the maker's letters before the code and what they mean. */
  symbologies: z.record(z.string().min(1).max(4), z.string().max(32)).optional(),
  /** `xor`: two hex digits behind a code of hex digits are the exclusive or of its bytes, as with RFID modules ID-12 and RDM6300. */
  check: z.enum(['none', 'xor']).optional(),
  /** The same code again within this time is not reported; 0 reports every one. */
  duplicateMs: z.number().int().min(0).max(3_600_000).default(0),
  maxLength: z.number().int().min(1).max(8192).default(512),
  points: z.array(ScannerPoint).min(1, 'a device needs at least one point').max(16),
});
export type ScannerDeviceConfig = z.infer<typeof ScannerDevice>;

export const SCALE_VALUES = ['weight', 'gross', 'net', 'tare', 'stable', 'state', 'unit', 'motion', 'zero'] as const;
export const ScalePoint = z.strictObject({ ...pointBase, value: z.enum(SCALE_VALUES) });
/** Mettler Toledo MT-SICS level 0 and 1, and Toledo continuous output. Actions: `tare`, `clear-tare`, `zero`. */
export const ScaleDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('scale'),
  link: Link,
  protocol: z.enum(['sics', 'toledo-continuous']),
  /** SICS: how often the weight is asked (`SI`); Toledo sends by itself. */
  pollMs: IntervalMs.default(500),
  timeoutMs: TimeoutMs.default(1000),
  /** Toledo: whether a checksum byte follows. */
  checksum: z.boolean().default(false),
  /** Toledo, for scales that count in tens or hundreds: whether the zeros at the end are among the six digits. Makers differ: look and say. */
  fixedZeros: z.enum(['sent', 'left-out']).optional(),
  points: z.array(ScalePoint).min(1, 'a device needs at least one point').max(16),
});
export type ScaleDeviceConfig = z.infer<typeof ScaleDevice>;

export const PRINTER_VALUES = ['online', 'paper', 'cover', 'error', 'drawer', 'printed'] as const;
export const PrinterPoint = z.strictObject({ ...pointBase, value: z.enum(PRINTER_VALUES) });
/** ESC/POS. Actions: `print` (argument: text), `cut`, `feed`, `drawer`, `test-page`. */
export const PrinterDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('printer'),
  link: Link,
  columns: z.number().int().min(20).max(96).default(42),
  /** Code table number of ESC t; 0 is PC437, 16 is WPC1252 on most. */
  codeTable: z.number().int().min(0).max(255).default(16),
  /** How often the status is asked (DLE EOT n). */
  statusMs: IntervalMs.default(5000),
  timeoutMs: TimeoutMs.default(1000),
  points: z.array(PrinterPoint).min(1, 'a device needs at least one point').max(16),
});
export type PrinterDeviceConfig = z.infer<typeof PrinterDevice>;

/**
 * `sum8` and `sum16` are plain sums; `sum8-complement` is the sum with all bits inverted; `lrc` is its two's complement, as in Modbus ASCII.
 * The CRCs have the names and parameters of the RevEng catalogue; `crc8` is CRC-8/SMBUS, `crc8-sensirion` is CRC-8/NRSC-5.
 */
export const CHECKSUMS = [
  'sum8',
  'sum8-complement',
  'sum16',
  'xor8',
  'lrc',
  'crc8',
  'crc8-maxim',
  'crc8-j1850',
  'crc8-sensirion',
  'crc16-modbus',
  'crc16-ccitt-false',
  'crc16-xmodem',
  'crc16-kermit',
  'crc16-x25',
  'crc16-arc',
  'crc16-usb',
  'crc16-dnp',
  'crc32',
  'crc32c',
  'crc32-mpeg2',
] as const;
export const Checksum = z.strictObject({
  kind: z.enum(CHECKSUMS),
  /** First byte that it covers; negative counts from the end. */
  from: z.number().int().default(0),
  /** First byte that it does not cover; left out: up to the checksum. */
  to: z.number().int().optional(),
  /** Where it stands; -1 the last byte. Left out: the last one, two or four bytes. */
  at: z.number().int().optional(),
  order: z.enum(['big', 'little']).default('big'),
  /** Written as hex digits in text instead of as bytes. */
  asText: z.boolean().default(false),
});
export type ChecksumConfig = z.infer<typeof Checksum>;

/** How a stream is cut into frames. */
export const Framing = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('delimiter'),
    /** Belongs to the frame. */
    start: hexText.optional(),
    /** Does not belong to the frame, unless bytes follow. */
    end: hexText,
    /** Bytes behind the end that still belong to the frame, as a block check that covers the end. */
    after: z.number().int().min(0).max(8).optional(),
  }),
  z.strictObject({ by: z.literal('length'), length: z.number().int().min(1).max(4096), sync: hexText.optional() }),
  z.strictObject({
    by: z.literal('length-field'),
    sync: hexText.optional(),
    at: z.number().int().min(0).max(64),
    size: z.union([z.literal(1), z.literal(2)]).default(1),
    order: z.enum(['big', 'little']).default('big'),
    /** Whole length of the frame = value of the field + this. */
    add: z.number().int().min(-64).max(64).default(0),
  }),
  z.strictObject({ by: z.literal('silence'), ms: z.number().int().min(1).max(10_000) }),
]);
export type FramingConfig = z.infer<typeof Framing>;

const match = z.strictObject({ at: z.number().int(), equals: hexText });
export const FramePoint = z.strictObject({
  ...pointBase,
  field: FieldFormat,
  /** Only in frames that have these bytes here. */
  when: match.optional(),
});
/** Any device that sends frames of bytes, by description, without code. */
export const FramesDevice = z.strictObject({
  ...deviceBase,
  adapter: z.literal('frames'),
  link: Link,
  framing: Framing,
  checksum: Checksum.optional(),
  /** Frames without these bytes are not for us; they are neither used nor counted as faulty. */
  only: z.array(match).max(8).optional(),
  maxLength: z.number().int().min(1).max(4096).default(256),
  /** Left out: the device speaks by itself. */
  ask: z.strictObject({ send: hexText, everyMs: IntervalMs.default(1000), timeoutMs: TimeoutMs.default(1000) }).optional(),
  points: z.array(FramePoint).min(1, 'a device needs at least one point').max(200),
});
export type FramesDeviceConfig = z.infer<typeof FramesDevice>;
