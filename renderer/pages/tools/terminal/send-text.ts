export type SendMode = 'text' | 'hex';
export const LINE_ENDS = { none: '', cr: '\r', lf: '\n', crlf: '\r\n' } as const;
export type LineEnd = keyof typeof LINE_ENDS;

/** Most bytes of one sending: what the gateway takes. */
export const SEND_MAX = 65_536;

const ESCAPES: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, e: 27, '\\': 92 };

export type Bytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: 'hex' | 'escape' | 'long' | 'empty' };

/** A hex escape, a short one, or a run without any. */
const PART = /\\x([0-9a-f]{2})|\\([rnt0e\\])|[^\\]+/giy;

function textBytes(text: string): number[] | null {
  const out: number[] = [];
  const encoder = new TextEncoder();
  let read = 0;
  for (const [part, hex, short] of text.matchAll(PART)) {
    read += part.length;
    const escaped = hex === undefined ? ESCAPES[short ?? ''] : Number.parseInt(hex, 16);
    if (escaped !== undefined) out.push(escaped);
    else for (const byte of encoder.encode(part)) out.push(byte);
  }
  return read === text.length ? out : null;
}

/** Pairs of hex digits, with or without blanks, commas or `0x`. */
function hexBytes(text: string): number[] | null {
  const bare = text.replaceAll(/0x/gi, '').replaceAll(/[\s,:;]+/g, '');
  if (bare === '' || bare.length % 2 === 1 || !/^[0-9a-f]+$/i.test(bare)) return null;
  return Array.from({ length: bare.length / 2 }, (_, i) => Number.parseInt(bare.slice(i * 2, i * 2 + 2), 16));
}

/** The bytes of what was typed: UTF-8 text with `\r \n \t \0 \e \\ \x1B`, or hex; the line end follows text only. */
export function sendBytes(typed: string, mode: SendMode, end: LineEnd): Bytes {
  // Longer than this no way of writing stays below the limit; asked before anything is made of it.
  if (typed.length > SEND_MAX * 4) return { ok: false, fault: 'long' };
  const made = mode === 'hex' ? hexBytes(typed) : textBytes(typed);
  if (mode === 'hex' && typed.trim() === '') return { ok: false, fault: 'empty' };
  if (made === null) return { ok: false, fault: mode === 'hex' ? 'hex' : 'escape' };
  const bytes = mode === 'hex' ? made : [...made, ...new TextEncoder().encode(LINE_ENDS[end])];
  if (bytes.length === 0) return { ok: false, fault: 'empty' };
  return bytes.length > SEND_MAX ? { ok: false, fault: 'long' } : { ok: true, bytes: Uint8Array.from(bytes) };
}

export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
