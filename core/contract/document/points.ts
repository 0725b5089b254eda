import { z } from 'zod';
import { Id, Label } from './common.ts';

/** NAMUR NE 107, the worst first: F failure, C function check, S out of specification, M maintenance required. */
export const NE107_STATES = ['failure', 'function-check', 'out-of-spec', 'maintenance', 'ok'] as const;
export const Ne107 = z.enum(NE107_STATES);
export type Ne107 = z.infer<typeof Ne107>;

/** In the point's unit. A value at or beyond a limit violates it, until it has come back by `hysteresis`. */
export const Limits = z.strictObject({
  lowLow: z.number().optional(),
  low: z.number().optional(),
  high: z.number().optional(),
  highHigh: z.number().optional(),
  hysteresis: z.number().min(0).optional(),
});
export type LimitsConfig = z.infer<typeof Limits>;

/** What every point has, whatever the protocol. */
export const pointBase = {
  name: Id,
  label: Label.optional(),
  /** UCUM-like text as shown on the screen: `°C`, `kWh`, `bpm`. */
  unit: z.string().max(16).optional(),
  /** Decimals on the screen; the value itself is not rounded. */
  decimals: z.number().int().min(0).max(9).optional(),
  limits: Limits.optional(),
  /** A change smaller than this is not published (it is still shown). In the point's unit. */
  deadband: z.number().min(0).optional(),
  /** Published at least this often, dead-band or not. */
  atLeastEveryMs: z.number().int().min(100).max(86_400_000).optional(),
  /** Values of this point that say something of the device's state: `{"2": "maintenance"}` for a status register. */
  states: z.record(z.string().max(64), Ne107).optional(),
};

/** A value in a row of bytes, by description. */
export const FIELD_TYPES = [
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int24',
  'uint24',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
  'sfloat',
  'bcd',
  'ascii',
  'number-text',
  'hex',
] as const;

/** `sfloat` is the IEEE 11073 16-bit float of health devices; `number-text` are digits written as text (`" 12.5"`). */
export const FieldFormat = z.strictObject({
  /** First byte, from 0; negative counts from the end. */
  at: z.number().int().min(-65_536).max(65_535).default(0),
  type: z.enum(FIELD_TYPES).default('uint8'),
  /** Bytes, for ascii, number-text, hex and bcd; the others have their own length. */
  length: z.number().int().min(1).max(4096).optional(),
  order: z.enum(['big', 'little']).default('big'),
  /** For bool: bit of the byte or word at `at`, 0 the least significant. */
  bit: z.number().int().min(0).max(31).optional(),
  /** For integers: only these bits, shifted down. */
  mask: z.number().int().min(1).max(0xffff_ffff).optional(),
  scale: z.number().default(1),
  offset: z.number().default(0),
  /** Raw values that mean "no value", as in many sensors 0x8000. */
  none: z.array(z.number()).max(8).optional(),
  /** Words for raw values. */
  words: z.record(z.string().max(16), z.string().max(64)).optional(),
});
export type FieldFormatConfig = z.infer<typeof FieldFormat>;

/** What can be asked of a device beyond reading: shown as a button. */
export const Command = z.strictObject({
  name: Id,
  label: Label.optional(),
  /** The question that is asked before it is done; without it the command runs at once. */
  confirm: z.string().min(1).max(300).optional(),
  do: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('write'),
      point: Id,
      /** Left out: the person is asked for it. */
      value: z.union([z.number(), z.string().max(200), z.boolean()]).optional(),
    }),
    /** What the adapter itself can do: `tare`, `zero`, `print`, `cut`, `clear-codes`. */
    z.strictObject({ kind: z.literal('action'), action: Id, argument: z.string().max(4000).optional() }),
  ]),
});
export type CommandConfig = z.infer<typeof Command>;
