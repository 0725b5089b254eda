const CONTROLS =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );
/** Control characters by their names in ASCII, so that nothing on the line stays unseen. */
export const control = (byte: number): string => `<${CONTROLS[byte] ?? 'DEL'}>`;
export const isControl = (byte: number): boolean => byte < 32 || byte === 127;

/** Characters that are not seen, or turn the order of writing: a device must not be able to make a line say something else. */
const UNSEEN = /[\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const named = (char: string): string => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;

/** Most characters that one byte can become: two bytes may be one character that is named. */
export const MOST_PER_BYTE = 4;
/** Most bytes of one character that can be waiting for the rest of it. */
export const MOST_WAITING = 3;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** UTF-8 as it can be shown: what is none is a mark, what would not be seen is named. */
export const shownText = (bytes: Uint8Array): string => decoder.decode(bytes).replaceAll(UNSEEN, named);

/** Length of the character that a byte begins; 0 where it begins none of several bytes. */
const lengthOf = (byte: number): number => (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0);

/** How many bytes at the end are the beginning of a character whose rest may come. */
export function waiting(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(MOST_WAITING, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return byte <= 0xf4 && lengthOf(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
