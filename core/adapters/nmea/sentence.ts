export type Sentence = { readonly talker: string; readonly type: string; readonly fields: readonly string[] };
export type ParsedSentence = { readonly ok: true; readonly sentence: Sentence } | { readonly ok: false; readonly why: string };

const SHAPE = /^[$!]([A-Z0-9]{5,6}|P[A-Z0-9]{3,})((?:,[\x20-\x7e]*)?)$/;

/**
 * One line of NMEA 0183: `$` talker type `,` fields `*` check sum. The sum is checked before anything is looked at; what stands before the
 * last `$` is the rest of a line that was cut off. Pure; never throws.
 */
export function parseSentence(line: string, allowMissingChecksum: boolean): ParsedSentence {
  const start = Math.max(line.lastIndexOf('$'), line.lastIndexOf('!'));
  if (start === -1) return { ok: false, why: 'not a sentence: it has no $' };
  const text = line.slice(start).trimEnd();
  const star = text.lastIndexOf('*');
  if (star === -1 && !allowMissingChecksum) return { ok: false, why: 'the checksum is missing' };
  const body = star === -1 ? text : text.slice(0, star);
  if (star !== -1) {
    const given = text.slice(star + 1);
    let sum = 0;
    for (let i = 1; i < body.length; i += 1) sum ^= body.charCodeAt(i);
    if (!/^[0-9A-Fa-f]{2}$/.test(given) || Number.parseInt(given, 16) !== sum) return { ok: false, why: 'the checksum is wrong' };
  }
  const match = SHAPE.exec(body);
  if (!match) return { ok: false, why: 'not a sentence' };
  const address = match[1] ?? '';
  const fields = body.split(',').slice(1);
  // `!` begins encapsulated data (AIS), which has types of its own; no checksum covers this first character, so it must not pass for `$`.
  const kind = body.startsWith('!') ? '!' : '';
  // Proprietary sentences have no talker: P, maker, type.
  const sentence = address.startsWith('P')
    ? { talker: 'P', type: kind + address.slice(1), fields }
    : { talker: address.slice(0, 2), type: kind + address.slice(2), fields };
  return { ok: true, sentence };
}
