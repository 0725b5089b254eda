/**
 * The decode matrix: one row of registers read in every type, order and offset. Pure, the same in core and console, and without schemas, so
 * that a browser need not load them.
 */
import type { BYTE_ORDERS, MODBUS_TYPES } from './document/devices.ts';

export type MatrixType = Exclude<(typeof MODBUS_TYPES)[number], 'bool' | 'string'>;
export type MatrixOrder = (typeof BYTE_ORDERS)[number];

export interface MatrixCell {
  /** Place in the registers that were read. */
  readonly index: number;
  /** Zero-based address as on the wire. */
  readonly address: number;
  readonly type: MatrixType;
  readonly order: MatrixOrder;
  /** Null where there are not enough registers or it is no number. */
  readonly value: number | null;
}

/** What fits the number on the device's display. */
export interface MatrixMatch extends MatrixCell {
  /** Power of ten that the value must be multiplied with: 0.1, 1, 10. */
  readonly scale: number;
  /** 0..1: how far the shown digits are explained. */
  readonly score: number;
}

/** A pinned address in every way in which manuals write it. */
export interface AddressNames {
  readonly wire: number;
  readonly hex: string;
  /** `40001`, `30001`, and the six-digit form where it is needed. */
  readonly classic: string;
  readonly oneBased: number;
}

export const MATRIX_ORDERS: readonly MatrixOrder[] = ['big', 'little', 'big-swapped', 'little-swapped'];

export type DecodeMatrix = (address: number, registers: readonly (number | null)[]) => readonly MatrixCell[];
/** `shown` is the text of the display, `21.5`: its digits say how exact it is. Best first. */
export type MatchDisplay = (cells: readonly MatrixCell[], shown: string) => readonly MatrixMatch[];
/** Only what fitted before and fits again. */
export type NarrowMatches = (before: readonly MatrixMatch[], after: readonly MatrixMatch[]) => readonly MatrixMatch[];
export type NameAddress = (table: 'holding' | 'input', address: number) => AddressNames;

/** Registers that a value of this type takes. */
export const MATRIX_REGISTERS: Readonly<Record<MatrixType, 1 | 2 | 4>> = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  int64: 4,
  uint64: 4,
  float32: 2,
  float64: 4,
  bcd16: 1,
  bcd32: 2,
};
const TYPES: readonly MatrixType[] = [
  'uint16',
  'int16',
  'bcd16',
  'float32',
  'uint32',
  'int32',
  'bcd32',
  'float64',
  'uint64',
  'int64',
];
/** In one register there are only two orders of bytes: the others would show the same numbers again. */
const SINGLE_ORDERS: readonly MatrixOrder[] = ['big', 'little'];

/** Where byte `i` of the value, most significant first, stands on the wire. */
function placeOf(order: MatrixOrder, i: number, length: number): number {
  switch (order) {
    case 'big':
      return i;
    case 'little':
      return length - 1 - i;
    case 'big-swapped':
      return i ^ 1;
    case 'little-swapped':
      return (length - 1 - i) ^ 1;
  }
}

/** The fewest digits that give the same float32: 20.1, not 20.100000381469727. */
function shortest(value: number): number {
  for (const digits of [7, 8, 9]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Four bits a digit; a nibble above 9 makes it no number. */
function readBcd(view: DataView, bytes: number): number {
  let value = 0;
  for (let at = 0; at < bytes; at += 1) {
    const byte = view.getUint8(at);
    if (byte >> 4 > 9 || (byte & 15) > 9) return Number.NaN;
    value = value * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  return value;
}

function readAs(view: DataView, type: MatrixType): number {
  switch (type) {
    case 'int16':
      return view.getInt16(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint32':
      return view.getUint32(0);
    case 'int64':
      return Number(view.getBigInt64(0));
    case 'uint64':
      return Number(view.getBigUint64(0));
    case 'float32':
      return shortest(view.getFloat32(0));
    case 'float64':
      return view.getFloat64(0);
    case 'bcd16':
    case 'bcd32':
      return readBcd(view, MATRIX_REGISTERS[type] * 2);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function valueAt(registers: readonly (number | null)[], index: number, type: MatrixType, order: MatrixOrder): number | null {
  const length = MATRIX_REGISTERS[type] * 2;
  for (let i = 0; i < length; i += 1) {
    const place = placeOf(order, i, length);
    const register = registers[index + (place >> 1)];
    if (register === null || register === undefined) return null;
    scratch.setUint8(i, place & 1 ? register & 0xff : (register >> 8) & 0xff);
  }
  const value = readAs(scratch, type);
  return Number.isFinite(value) ? value : null;
}

/**
 * Every register of a row read in every type and order, by rising address. `address` is the zero-based one of the first register.
 * Types of one register come in two orders only, `big` and `little`. A 64-bit integer beyond 2^53 is rounded.
 */
export const decodeMatrix: DecodeMatrix = (address, registers) =>
  registers.flatMap((_, index) =>
    TYPES.flatMap((type) =>
      (MATRIX_REGISTERS[type] === 1 ? SINGLE_ORDERS : MATRIX_ORDERS).map((order) => ({
        index,
        address: address + index,
        type,
        order,
        value: valueAt(registers, index, type, order),
      })),
    ),
  );

interface Shown {
  readonly value: number;
  readonly decimals: number;
  /** Significant digits: how much the number says. */
  readonly digits: number;
}

/** A number as displays write it: `21.5`, `-3,20`, `1 234.5`, `+7`. Undefined where it is none. */
function parseShown(text: string): Shown | undefined {
  const bare = text.replace(/[\s'_]/g, '').replace('−', '-');
  const point = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','));
  const whole = point === -1 ? bare : bare.slice(0, point).replace(/[.,]/g, '');
  const part = point === -1 ? '' : bare.slice(point + 1);
  if (!/^[+-]?\d*$/.test(whole) || !/^\d*$/.test(part) || !/\d/.test(whole + part) || whole.length + part.length > 20) {
    return undefined;
  }
  const digits = `${whole}${part}`.replace(/[+-]/, '').replace(/^0+/, '').length;
  return { value: Number(`${whole || '0'}.${part || '0'}`.replace(/^([+-])\./, '$10.')), decimals: part.length, digits };
}

/** Whether this text is a number as displays write it. */
export const isShownNumber = (text: string): boolean => parseShown(text) !== undefined;

const MAX_POWER = 6;
const POWERS = Array.from({ length: 2 * MAX_POWER + 1 }, (_, i) => i - MAX_POWER);
/** `1e-1` and not 0.1 * 1, so that scales are equal as numbers. */
const powerOfTen = (power: number): number => Number(`1e${power}`);

/** How often such a value is met, a little: it only decides between cells that fit alike. */
const TYPE_WEIGHT: Readonly<Record<MatrixType, number>> = {
  uint16: 1,
  int16: 0.995,
  float32: 1,
  uint32: 0.985,
  int32: 0.98,
  float64: 0.97,
  uint64: 0.955,
  int64: 0.95,
  bcd16: 0.9,
  bcd32: 0.89,
};
const ORDER_WEIGHT: Readonly<Record<MatrixOrder, number>> = { big: 1, 'little-swapped': 0.99, 'big-swapped': 0.97, little: 0.96 };
const isFloat = (type: MatrixType): boolean => type === 'float32' || type === 'float64';

/** How well a scaled value explains what is shown: rounded to its digits, cut off after them, or a few last digits away. */
function nearness(value: number, shown: Shown): number {
  const step = powerOfTen(-shown.decimals);
  const off = Math.abs(value - shown.value);
  const slack = Math.abs(shown.value) * 1e-9; // of the number shown: that of a huge value would let it fit anything
  if (off <= step / 2 + slack) return 1;
  if (off < step - slack && Math.abs(value) > Math.abs(shown.value)) return 0.9;
  return shown.digits >= 3 && off <= step * 2.5 ? 0.5 : 0;
}

/** Integers are scaled by the decimals of the display as a rule; floats are not scaled, or from kilo to one. */
function scaleWeight(type: MatrixType, power: number, decimals: number): number {
  if (isFloat(type)) return power === 0 ? 1 : Math.abs(power) === 3 ? 0.8 : 0.7;
  const beyond = power + decimals;
  return beyond === 0 ? 1 : beyond < 0 ? 0.93 ** -beyond : 0.88 ** beyond;
}

/** Whole numbers read as a float are often smaller than this; nothing that a device measures is. */
const HARDLY_MEASURED = 1e-12;

/** By significant digits. One reading alone is never certain: it may be chance. */
const SAYS = [0.3, 0.4, 0.6, 0.8];
const SURE = 0.95;

/** The power of ten that explains the number best, and how well. */
function bestScale(type: MatrixType, value: number, shown: Shown): { readonly power: number; readonly fit: number } {
  let best = { power: 0, fit: 0 };
  for (const power of shown.value === 0 || value === 0 ? [0] : POWERS) {
    const fit = nearness(value * powerOfTen(power), shown) * scaleWeight(type, power, shown.decimals);
    if (fit > best.fit) best = { power, fit };
  }
  return best;
}

/** The cells that the number on the device's display fits, the best first; none where the text is no number. Never throws. */
export const matchDisplay: MatchDisplay = (cells, text) => {
  const shown = parseShown(text);
  if (!shown) return [];
  const says = SAYS[shown.digits] ?? SURE;
  const matches: MatrixMatch[] = [];
  for (const cell of cells) {
    if (cell.value === null) continue;
    const { power, fit } = bestScale(cell.type, cell.value, shown);
    if (fit === 0) continue;
    const isOdd = isFloat(cell.type) && cell.value !== 0 && Math.abs(cell.value) < HARDLY_MEASURED;
    const score = fit * says * TYPE_WEIGHT[cell.type] * ORDER_WEIGHT[cell.order] * (isOdd ? 0.5 : 1);
    matches.push({ ...cell, scale: powerOfTen(power), score: Math.round(score * 1000) / 1000 });
  }
  return matches.sort(byScore);
};

const byScore = (a: MatrixMatch, b: MatrixMatch): number =>
  b.score - a.score || MATRIX_REGISTERS[a.type] - MATRIX_REGISTERS[b.type] || a.address - b.address;
const placeKey = ({ address, type, order }: MatrixMatch): string => `${address} ${type} ${order}`;

/** A zero fits every scale; until another number says which, it stands as one. */
const isOpen = ({ value, scale }: MatrixMatch): boolean => value === 0 && scale === 1;

/** The scale that two readings of one place agree on; undefined where they do not. */
function commonScale(first: MatrixMatch, second: MatrixMatch): number | undefined {
  if (first.scale === second.scale || isOpen(first)) return second.scale;
  return isOpen(second) ? first.scale : undefined;
}

/** What fitted the first reading and fits the second one too, with the same scale; what explains both well comes first. */
export const narrowMatches: NarrowMatches = (before, after) => {
  const places = new Map(before.map((one) => [placeKey(one), one]));
  return after
    .flatMap((one) => {
      const first = places.get(placeKey(one));
      const scale = first && commonScale(first, one);
      return first === undefined || scale === undefined
        ? []
        : [{ ...one, scale, score: 1 - (1 - first.score) * (1 - one.score) }];
    })
    .sort(byScore);
};

const FIRST = { holding: 4, input: 3 } as const;

/** A register's address as manuals write it: zero-based, counted from one, and with the digit of its table in front. */
export const nameAddress: NameAddress = (table, address) => {
  const oneBased = address + 1;
  return {
    wire: address,
    hex: `0x${address.toString(16).toUpperCase().padStart(4, '0')}`,
    classic: `${FIRST[table]}${String(oneBased).padStart(oneBased > 9999 ? 5 : 4, '0')}`,
    oneBased,
  };
};
