/** Larger payloads are not looked into. */
const MOST_BYTES = 1_048_576;
const BOM = [0xef, 0xbb, 0xbf];
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What stands in the field of the envelope. */
export interface MessageIdentity {
  readonly id: string;
  readonly source: string;
  readonly seq: number;
  readonly at: number;
}

/** The JSON value in these bytes (a byte order mark is skipped), or undefined where they are not valid JSON in UTF-8. */
export function jsonIn(payload: Uint8Array): { readonly value: unknown; readonly text: string } | undefined {
  if (payload.length === 0 || payload.length > MOST_BYTES) return undefined;
  try {
    const text = utf8.decode(payload);
    return { value: JSON.parse(text), text };
  } catch {
    return undefined;
  }
}

const nextSolid = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (SPACES.has(bytes[at] ?? 0)) at += 1;
  return at;
};

/**
 * Puts the field in front of the others of a payload that is a JSON object; the rest stays byte for byte as it is. Any other payload,
 * and one that has a field of this name, is given back unchanged.
 */
export function withIdentity(payload: Uint8Array, field: string, identity: MessageIdentity): Uint8Array {
  const json = jsonIn(payload);
  if (json === undefined || typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) return payload;
  if (Object.hasOwn(json.value, field)) return payload;
  const start = nextSolid(payload, BOM.every((byte, index) => payload[index] === byte) ? BOM.length : 0);
  if (payload[start] !== OPEN_BRACE) return payload;
  const empty = payload[nextSolid(payload, start + 1)] === CLOSE_BRACE;
  const insert = Buffer.from(`${JSON.stringify(field)}:${JSON.stringify(identity)}${empty ? '' : ','}`);
  return Buffer.concat([payload.subarray(0, start + 1), insert, payload.subarray(start + 1)]);
}
