/** Bytes of hex text as the deployment document has it: `02 41`. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

/** Whether these bytes stand here; `at` counts from the end where it is negative. */
export function standsAt(frame: Uint8Array, at: number, wanted: Uint8Array): boolean {
  const from = at < 0 ? frame.length + at : at;
  return from >= 0 && from + wanted.length <= frame.length && wanted.every((byte, i) => frame[from + i] === byte);
}
