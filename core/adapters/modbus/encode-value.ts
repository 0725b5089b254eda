import { registersOf, reorder, shiftOf, type ValueFormat } from './value-format.ts';

type Integer = 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'bcd16' | 'bcd32';

const RANGES: Readonly<Record<Integer, readonly [bigint, bigint]>> = {
  int16: [-0x8000n, 0x7fffn],
  uint16: [0n, 0xffffn],
  int32: [-0x8000_0000n, 0x7fff_ffffn],
  uint32: [0n, 0xffff_ffffn],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bcd16: [0n, 9999n],
  bcd32: [0n, 99_999_999n],
};

export type Encoded = { readonly ok: true; readonly wire: Uint8Array } | { readonly ok: false; readonly why: string };

const refused = (why: string): Encoded => ({ ok: false, why });

function encodeInteger(format: ValueFormat, type: Integer, raw: number): Encoded {
  const { mask } = format;
  const [least, most] = mask === undefined ? RANGES[type] : [0n, BigInt(mask >> shiftOf(mask))];
  const whole = BigInt(Math.round(raw));
  if (whole < least || whole > most) {
    const [a, b] = [least, most].map((edge) => Number(edge) * format.scale + format.offset).sort((x, y) => x - y);
    return refused(`allowed is ${a} to ${b}`);
  }
  const shifted = mask === undefined ? whole : whole << BigInt(shiftOf(mask));
  let rest = type === 'bcd16' || type === 'bcd32' ? BigInt(`0x${shifted}`) : BigInt.asUintN(64, shifted);
  const bytes = new Uint8Array(registersOf(format) * 2);
  for (let i = bytes.length - 1; i >= 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return { ok: true, wire: reorder(bytes, format.order) };
}

function encodeText(format: ValueFormat, value: string): Encoded {
  const size = registersOf(format) * 2;
  if (/[^\x20-\x7e\xa0-\xff]/.test(value)) return refused('it has characters that a register cannot hold');
  if (value.length > size) return refused(`at most ${size} characters fit`);
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(value, 'latin1'));
  return { ok: true, wire: reorder(bytes, format.order) };
}

/**
 * The registers for a value, `(value - offset) / scale`, integers rounded to the nearest. Refuses what does not fit. With a mask the other
 * bits of the register are 0: who writes it keeps them.
 */
export function encodeRegisters(format: ValueFormat, value: number | boolean | string): Encoded {
  if (format.type === 'string') return encodeText(format, String(value));
  const number = Number(value);
  if (!Number.isFinite(number)) return refused('it is not a number');
  if (format.type === 'bool') return encodeInteger({ ...format, scale: 1, offset: 0 }, 'uint16', number === 0 ? 0 : 1);
  const raw = (number - format.offset) / format.scale;
  if (!Number.isFinite(raw)) return refused('the scale of this point is 0');
  if (format.type !== 'float32' && format.type !== 'float64') return encodeInteger(format, format.type, raw);
  const bytes = new Uint8Array(registersOf(format) * 2);
  const view = new DataView(bytes.buffer);
  if (format.type === 'float64') view.setFloat64(0, raw);
  else if (Number.isFinite(Math.fround(raw))) view.setFloat32(0, raw);
  else return refused('it does not fit into 32 bits');
  return { ok: true, wire: reorder(bytes, format.order) };
}
