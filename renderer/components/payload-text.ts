import { bytesOf } from './HexText.tsx';

/** The payload (base64) as UTF-8 text; bytes that are none become the replacement character. */
export const payloadText = (payload: string): string => new TextDecoder().decode(bytesOf(payload));

/** A text as payload: base64 of its UTF-8. */
export function payloadOf(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** The payload's JSON value; `ok: false` where it is none (or was cut off). */
export function payloadJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

/** Whether the payload is UTF-8 text as a whole, so that it can be edited as such. */
export function isText(payload: string): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(payload)).includes('\u0000');
  } catch {
    return false;
  }
}

/** One line of a payload for a list. */
export const preview = (payload: string): string => payloadText(payload).replaceAll(/\s+/g, ' ').slice(0, 200);
