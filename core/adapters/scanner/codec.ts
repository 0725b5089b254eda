import type { ScannerDeviceConfig } from '../../contract/document/serial-devices.ts';
import { isDamaged } from './gtin.ts';
import { type ScannedSymbol, splitAim, splitByTable } from './symbology.ts';

export type DecodedScan =
  | { readonly ok: true; readonly symbol: ScannedSymbol; readonly raw: string }
  | { readonly ok: false; readonly why: string };

/** Control characters that a two-dimensional code may hold (ISO/IEC 15434): EOT, tab, line ends, FS, GS, RS, US. */
const ALLOWED_CONTROLS: ReadonlySet<number> = new Set([0x04, 0x09, 0x0a, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f]);
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isControl(char: string): boolean {
  const code = char.charCodeAt(0);
  return (code < 0x20 && !ALLOWED_CONTROLS.has(code)) || code === 0x7f;
}
const NOT_TEXT = { ok: false, why: 'not text: check baud rate, data bits and parity' } as const;

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined; // the line or its settings have damaged it
  }
}

function split(config: ScannerDeviceConfig, text: string): ScannedSymbol | undefined {
  switch (config.symbology) {
    case 'none':
      return { aim: undefined, symbology: undefined, code: text };
    case 'aim':
      return splitAim(text);
    case 'table':
      return splitByTable(text, config.symbologies ?? {});
  }
}

/** The code without its two digits of check, or undefined where they do not fit. */
function checkedXor(code: string): string | undefined {
  if (!/^(?:[0-9A-Fa-f]{2}){2,}$/.test(code)) return undefined;
  return Buffer.from(code, 'hex').reduce((all, byte) => all ^ byte, 0) === 0 ? code.slice(0, -2) : undefined;
}

/**
 * One scan without its suffix: prefix, identifier of the symbology, code. Pure; never throws. Codes of RFID tags become upper-case. A code
 * is refused where it is no text, lacks its prefix or identifier, or has a check digit that the scanner would not have passed.
 */
export function decodeScan(config: ScannerDeviceConfig, bytes: Uint8Array): DecodedScan {
  const whole = textOf(bytes);
  if (whole === undefined) return NOT_TEXT;
  const raw = /^[\r\n]/.test(config.prefix) ? whole : whole.replace(/^[\r\n]+/, '');
  if (!raw.startsWith(config.prefix)) return { ok: false, why: 'it does not begin with the prefix' };
  const rest = raw.slice(config.prefix.length);
  if ([...rest].some(isControl)) return NOT_TEXT;
  const symbol = split(config, rest);
  if (!symbol) {
    const wanted = config.symbology === 'aim' ? 'an AIM identifier such as ]E0' : 'letters of the table';
    return { ok: false, why: `it does not begin with ${wanted}` };
  }
  if (symbol.code === '') return { ok: false, why: 'it holds no code' };
  const code = config.check === 'xor' ? checkedXor(symbol.code) : symbol.code;
  if (code === undefined) return { ok: false, why: 'the check digits are wrong' };
  if (isDamaged(symbol)) return { ok: false, why: `the check digit of ${symbol.code} is wrong` };
  return { ok: true, symbol: { ...symbol, code: config.kind === 'rfid' ? code.toUpperCase() : code }, raw };
}
