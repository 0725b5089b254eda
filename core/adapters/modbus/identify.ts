import { IDENTIFY } from './codec.ts';

/** Read device identification: function 43, MEI type 14 (application protocol V1.1b3, 6.21). */
const MEI_TYPE = 0x0e;
/** What is asked for: the three objects that every device has, or all that it can name. */
export const IDENTIFY_LEVELS = { basic: 1, regular: 2, extended: 3 } as const;
export type IdentifyLevel = keyof typeof IDENTIFY_LEVELS;

/** Names of the standard objects by their number. */
export const OBJECT_NAMES: Readonly<Record<number, string>> = {
  0: 'maker',
  1: 'product code',
  2: 'revision',
  3: 'maker’s address on the web',
  4: 'product',
  5: 'model',
  6: 'application',
};

export interface Identification {
  /** Text of each object by its number; what is no text is given as hex digits. */
  readonly objects: Readonly<Record<string, string>>;
  /** The object to ask for next; undefined: that was all. */
  readonly next: number | undefined;
}

/** The request, from object `from` on. */
export const identifyPdu = (level: IdentifyLevel, from = 0): Uint8Array =>
  Uint8Array.of(IDENTIFY, MEI_TYPE, IDENTIFY_LEVELS[level], from);

function objectText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const used = end === -1 ? bytes : bytes.subarray(0, end);
  if (used.some((byte) => byte < 0x20 || (byte >= 0x7f && byte < 0xa0))) return `0x${Buffer.from(bytes).toString('hex')}`;
  return Buffer.from(used).toString('latin1').trim();
}

/** The answer's PDU, with its function. Undefined where it is no such answer, or is cut short. Never throws. */
export function parseIdentification(pdu: Uint8Array): Identification | undefined {
  if (pdu[0] !== IDENTIFY || pdu[1] !== MEI_TYPE || pdu.length < 7) return undefined;
  const objects: Record<string, string> = {};
  let at = 7;
  for (let left = pdu[6] ?? 0; left > 0; left -= 1) {
    const [id, size] = [pdu[at], pdu[at + 1]];
    if (id === undefined || size === undefined || at + 2 + size > pdu.length) return undefined;
    objects[String(id)] = objectText(pdu.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return { objects, next: pdu[4] === 0xff ? (pdu[5] ?? 0) : undefined };
}

/** A device that never says that this was all is not asked for ever. */
const MAX_QUESTIONS = 16;

/**
 * Asks until all objects of the level have come. `ask` sends one PDU and gives the answer's PDU, with its function.
 * Rejects with what `ask` rejects with; gives undefined where an answer cannot be read.
 */
export async function identify(
  level: IdentifyLevel,
  ask: (pdu: Uint8Array) => Promise<Uint8Array>,
): Promise<Readonly<Record<string, string>> | undefined> {
  let objects: Record<string, string> = {};
  let from = 0;
  for (let question = 0; question < MAX_QUESTIONS; question += 1) {
    const got = parseIdentification(await ask(identifyPdu(level, from)));
    if (!got) return undefined;
    objects = { ...objects, ...got.objects };
    if (got.next === undefined || got.next <= from) break;
    from = got.next;
  }
  return objects;
}
