import type { ChecksumConfig } from '../../contract/document/serial-devices.ts';

type Kind = ChecksumConfig['kind'];

/** A cyclic redundancy check by its parameters, as the catalogue of G. Cook (RevEng) and Williams's "Rocksoft model" name them. */
interface CrcModel {
  readonly bits: 8 | 16 | 32;
  readonly poly: number;
  readonly init: number;
  /** Bits of each byte and of the result in reverse. */
  readonly reflected: boolean;
  readonly xorOut: number;
}

const CRCS: Readonly<Partial<Record<Kind, CrcModel>>> = {
  crc8: { bits: 8, poly: 0x07, init: 0, reflected: false, xorOut: 0 },
  'crc8-maxim': { bits: 8, poly: 0x31, init: 0, reflected: true, xorOut: 0 },
  'crc8-j1850': { bits: 8, poly: 0x1d, init: 0xff, reflected: false, xorOut: 0xff },
  'crc8-sensirion': { bits: 8, poly: 0x31, init: 0xff, reflected: false, xorOut: 0 },
  'crc16-modbus': { bits: 16, poly: 0x8005, init: 0xffff, reflected: true, xorOut: 0 },
  'crc16-ccitt-false': { bits: 16, poly: 0x1021, init: 0xffff, reflected: false, xorOut: 0 },
  'crc16-xmodem': { bits: 16, poly: 0x1021, init: 0, reflected: false, xorOut: 0 },
  'crc16-kermit': { bits: 16, poly: 0x1021, init: 0, reflected: true, xorOut: 0 },
  'crc16-x25': { bits: 16, poly: 0x1021, init: 0xffff, reflected: true, xorOut: 0xffff },
  'crc16-arc': { bits: 16, poly: 0x8005, init: 0, reflected: true, xorOut: 0 },
  'crc16-usb': { bits: 16, poly: 0x8005, init: 0xffff, reflected: true, xorOut: 0xffff },
  'crc16-dnp': { bits: 16, poly: 0x3d65, init: 0, reflected: true, xorOut: 0xffff },
  crc32: { bits: 32, poly: 0x04c1_1db7, init: 0xffff_ffff, reflected: true, xorOut: 0xffff_ffff },
  crc32c: { bits: 32, poly: 0x1edc_6f41, init: 0xffff_ffff, reflected: true, xorOut: 0xffff_ffff },
  'crc32-mpeg2': { bits: 32, poly: 0x04c1_1db7, init: 0xffff_ffff, reflected: false, xorOut: 0 },
};

function reflect(value: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i += 1) if ((value >>> i) & 1) out |= 1 << (bits - 1 - i);
  return out >>> 0;
}

/** What a byte does to the register. Reflected models run from the low end; the others with the register at the top of 32 bits. */
function tableOf({ bits, poly, reflected }: CrcModel): Uint32Array {
  const divisor = reflected ? reflect(poly, bits) : poly << (32 - bits);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let register = reflected ? byte : byte << 24;
    for (let bit = 0; bit < 8; bit += 1) {
      if (reflected) register = register & 1 ? (register >>> 1) ^ divisor : register >>> 1;
      else register = register & 0x8000_0000 ? (register << 1) ^ divisor : register << 1;
    }
    return register;
  });
}
const TABLES = new Map(Object.values(CRCS).map((model) => [model, tableOf(model)]));

function crc(model: CrcModel, bytes: Uint8Array): number {
  const { bits, init, reflected, xorOut } = model;
  const table = TABLES.get(model) ?? tableOf(model);
  const up = 32 - bits;
  let register = reflected ? reflect(init, bits) : init << up;
  for (const byte of bytes) {
    register = reflected
      ? (register >>> 8) ^ (table[(register ^ byte) & 0xff] ?? 0)
      : (register << 8) ^ (table[((register >>> 24) ^ byte) & 0xff] ?? 0);
  }
  return (((reflected ? register : register >>> up) ^ xorOut) >>> 0) % 2 ** bits;
}

const sum = (bytes: Uint8Array): number => bytes.reduce((all, byte) => all + byte, 0);

/** The check value of these bytes, unsigned. */
export function checksumOf(kind: Kind, bytes: Uint8Array): number {
  const model = CRCS[kind];
  if (model) return crc(model, bytes);
  switch (kind) {
    case 'sum16':
      return sum(bytes) & 0xffff;
    case 'sum8-complement':
      return ~sum(bytes) & 0xff;
    case 'lrc':
      return -sum(bytes) & 0xff;
    case 'xor8':
      return bytes.reduce((all, byte) => all ^ byte, 0);
    default:
      return sum(bytes) & 0xff;
  }
}

/** Bytes of the check value itself. */
const widthOf = (kind: Kind): number => (CRCS[kind]?.bits ?? (kind === 'sum16' ? 16 : 8)) / 8;

/** Bytes that the checksum takes in the frame. */
export const sizeOfChecksum = ({ kind, asText }: ChecksumConfig): number => widthOf(kind) * (asText ? 2 : 1);

const place = (at: number, length: number): number => (at < 0 ? length + at : at);

/** What the frame carries, as an unsigned number; undefined where that is no number. */
function carried({ kind, asText, order }: ChecksumConfig, own: Uint8Array): number | undefined {
  const text = Buffer.from(own).toString('latin1');
  if (asText && !/^[0-9A-Fa-f]+$/.test(text)) return undefined;
  const bytes = asText ? Buffer.from(text, 'hex') : Uint8Array.from(own);
  if (order === 'little') bytes.reverse();
  return bytes.length === widthOf(kind) ? bytes.reduce((all, byte) => all * 256 + byte, 0) : undefined;
}

/** What is wrong with the checksum of this frame, in words, or undefined where it is right. Pure, never throws. */
export function checkFrame(config: ChecksumConfig, frame: Uint8Array): string | undefined {
  const size = sizeOfChecksum(config);
  const at = config.at === undefined ? frame.length - size : place(config.at, frame.length);
  const from = place(config.from, frame.length);
  const to = config.to === undefined ? at : place(config.to, frame.length);
  if (at < 0 || at + size > frame.length || from < 0 || from >= to || to > frame.length) return 'too short for its checksum';
  const given = carried(config, frame.subarray(at, at + size));
  if (given === undefined) return 'its checksum is not hex digits';
  const wanted = checksumOf(config.kind, frame.subarray(from, to));
  const hex = (value: number): string => value.toString(16).padStart(widthOf(config.kind) * 2, '0');
  return given === wanted ? undefined : `the checksum is wrong: ${hex(given)} came, ${hex(wanted)} is right`;
}
