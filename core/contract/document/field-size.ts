import type { FieldFormatConfig } from './points.ts';

const SIZES: Readonly<Partial<Record<FieldFormatConfig['type'], number>>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int24: 3,
  uint24: 3,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
  sfloat: 2,
};

/** True where the type says how many bytes there are. */
export const hasOwnSize = (type: FieldFormatConfig['type']): boolean => SIZES[type] !== undefined;

/** Bytes that the field takes, or undefined where it goes to the end of the frame (text without a length). */
export function sizeOfField(format: FieldFormatConfig): number | undefined {
  const fixed = SIZES[format.type];
  if (fixed !== undefined) return fixed;
  if (format.type === 'bool') return format.length ?? ((format.bit ?? 0) < 8 ? 1 : (format.bit ?? 0) < 16 ? 2 : 4);
  return format.length ?? (format.type === 'bcd' ? 1 : undefined);
}
