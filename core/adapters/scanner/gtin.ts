import type { ScannedSymbol } from './symbology.ts';

export type FoundGtin = { readonly ok: true; readonly gtin: string } | { readonly ok: false; readonly why: string };

/** FNC1 between elements comes over the wire as the control character GS. */
const SEPARATOR = '\x1d';
/** Lengths of elements that need no separator, with their identifier, by its first two digits (GS1 General Specifications, 7.8.5). */
const FIXED: Readonly<Record<string, number>> = {
  '00': 20,
  '01': 16,
  '02': 16,
  '03': 16,
  '04': 18,
  '11': 8,
  '12': 8,
  '13': 8,
  '14': 8,
  '15': 8,
  '16': 8,
  '17': 8,
  '18': 8,
  '19': 8,
  '20': 4,
  '31': 10,
  '32': 10,
  '33': 10,
  '34': 10,
  '35': 10,
  '36': 10,
  '41': 16,
};
const ELEMENT_STRINGS: ReadonlySet<string> = new Set([']C1', ']d2', ']Q3']);

/** The last digit of GTIN-8, -12, -13 and -14: weights 3 and 1 from the right (GS1 General Specifications, 7.9). */
export function hasRightCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

const padded = (digits: string): FoundGtin =>
  hasRightCheckDigit(digits)
    ? { ok: true, gtin: digits.padStart(14, '0') }
    : { ok: false, why: `the check digit of ${digits} is wrong` };

/** Element (01) of a row of elements. */
function fromElements(code: string): FoundGtin {
  for (let rest = code; rest.length > 1; ) {
    const separator = rest.indexOf(SEPARATOR);
    const length = FIXED[rest.slice(0, 2)];
    if (rest.startsWith('01')) {
      const digits = rest.slice(2, 16);
      return /^\d{14}$/.test(digits) ? padded(digits) : { ok: false, why: 'the element (01) is cut off' };
    }
    if (length === undefined && separator === -1) break;
    rest = rest.slice(length ?? separator);
    if (rest.startsWith(SEPARATOR)) rest = rest.slice(1);
  }
  return { ok: false, why: 'the code holds no GTIN' };
}

/** Partition of SGTIN-96: bits of the company prefix, its digits (EPC Tag Data Standard, 14.6.1). */
const PARTITIONS: readonly (readonly [number, number])[] = [
  [40, 12],
  [37, 11],
  [34, 10],
  [30, 9],
  [27, 8],
  [24, 7],
  [20, 6],
];

/** The GTIN of an RFID tag whose memory of 96 bits begins with the header 0x30 (SGTIN-96). */
export function gtinOfTag(hex: string): FoundGtin {
  if (!/^30[0-9A-Fa-f]{22}$/.test(hex)) return { ok: false, why: 'the tag holds no GTIN' };
  const bits = BigInt(`0x${hex}`);
  const partition = PARTITIONS[Number((bits >> 82n) & 7n)];
  if (!partition) return { ok: false, why: 'the tag holds no GTIN' };
  const [prefixBits, prefixDigits] = partition;
  const both = (bits >> 38n) & ((1n << 44n) - 1n);
  const prefix = String(both >> BigInt(44 - prefixBits)).padStart(prefixDigits, '0');
  const item = String(both & ((1n << BigInt(44 - prefixBits)) - 1n)).padStart(13 - prefixDigits, '0');
  if (prefix.length !== prefixDigits || item.length !== 13 - prefixDigits)
    return { ok: false, why: 'the tag holds no sound GTIN' };
  const digits = `${item[0]}${prefix}${item.slice(1)}`;
  for (let check = 0; check < 10; check += 1)
    if (hasRightCheckDigit(`${digits}${check}`)) return { ok: true, gtin: `${digits}${check}` };
  return { ok: false, why: 'the tag holds no sound GTIN' };
}

/** The trade item number of a bar code as 14 digits. Without a symbology only a code that is nothing but a sound GTIN counts. */
export function gtinOf({ aim, code }: ScannedSymbol): FoundGtin {
  if (aim !== undefined && (ELEMENT_STRINGS.has(aim) || aim.startsWith(']e'))) return fromElements(code);
  if (aim === ']E3') return /^\d{15}$|^\d{18}$/.test(code) ? padded(code.slice(0, 13)) : { ok: false, why: 'not an EAN' };
  if (!/^(?:\d{8}|\d{12,14})$/.test(code)) return { ok: false, why: 'the code holds no GTIN' };
  return padded(code);
}

/** True where the symbology has a check digit that the scanner has verified: where it is wrong here, the line has damaged it. */
export const isDamaged = ({ aim, code }: ScannedSymbol): boolean =>
  ((aim === ']E0' && /^\d{12,13}$/.test(code)) || (aim === ']E4' && /^\d{8}$/.test(code))) && !hasRightCheckDigit(code);
