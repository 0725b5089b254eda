const LETTERS = ['P', 'C', 'B', 'U'] as const;

/** A trouble code from its two bytes, `P0133` (SAE J2012); undefined for 0000, which fills up a message. */
function codeOf(high: number, low: number): string | undefined {
  if (high === 0 && low === 0) return undefined;
  const digits = ((high & 0x3f) << 8) | low;
  return `${LETTERS[high >> 6] ?? 'P'}${digits.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The codes in the answers to modes 03, 07 and 0A, each without its first byte, from all control units, each once. On CAN a count comes
 * first (ISO 15031-5, 8.3). Undefined where an answer has not as many bytes as it says.
 */
export function decodeCodes(payloads: readonly Uint8Array[], can: boolean): string[] | undefined {
  const codes = new Set<string>();
  for (const payload of payloads) {
    const pairs = can ? payload.subarray(1) : payload;
    const count = can ? (payload[0] ?? -1) : pairs.length >> 1;
    if (count < 0 || pairs.length < count * 2 || (!can && pairs.length % 2 !== 0)) return undefined;
    for (let i = 0; i < count; i += 1) {
      const code = codeOf(pairs[i * 2] ?? 0, pairs[i * 2 + 1] ?? 0);
      if (code !== undefined) codes.add(code);
    }
  }
  return [...codes];
}

/** Mode 01 PID 01: warning lamp and number of codes, over all control units. Undefined where an answer is too short. */
export function decodeStatus(payloads: readonly Uint8Array[]): { mil: boolean; count: number } | undefined {
  if (payloads.length === 0 || payloads.some((payload) => payload.length < 4)) return undefined;
  return {
    mil: payloads.some((payload) => ((payload[0] ?? 0) & 0x80) !== 0),
    count: payloads.reduce((all, payload) => all + ((payload[0] ?? 0) & 0x7f), 0),
  };
}

/** Letters and digits without I, O and Q (ISO 3779). */
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/;

/** The vehicle's number from the answers to 09 02, without those bytes: one message on CAN, five numbered ones of four characters on the others. */
export function decodeVin(payloads: readonly Uint8Array[]): string | undefined {
  const parts = payloads.length === 1 ? payloads : [...payloads].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const text = parts.map((part) => Buffer.from(part.subarray(1)).toString('latin1')).join('');
  const vin = text.replace(/\0/g, '').trim();
  return VIN.test(vin) ? vin : undefined;
}
