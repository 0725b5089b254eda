import { GatewayError } from '../../../base/errors.ts';

/** The sign for a character that a font lacks; the fonts of the report have it. */
export const REPLACEMENT = '\ufffd';

const bad = (what: string): GatewayError => new GatewayError('gateway/internal', `The font of the report ${what}.`);

/** Where a table of a TrueType file begins (OpenType specification, "Table Directory"). */
function tableAt(view: DataView, tag: string): number {
  const wanted = [...tag].reduce((sum, char) => sum * 256 + char.charCodeAt(0), 0);
  const count = view.getUint16(4);
  for (let i = 0; i < count; i += 1) {
    const entry = 12 + 16 * i;
    if (view.getUint32(entry) === wanted) return view.getUint32(entry + 8);
  }
  throw bad(`has no table ${tag}`);
}

/** Which characters a TrueType font has, by its `cmap` subtable 3/10 in format 12 (all of Unicode). Throws where there is none. */
export function charactersOf(font: Uint8Array): (codePoint: number) => boolean {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const cmap = tableAt(view, 'cmap');
  const subtables = Array.from({ length: view.getUint16(cmap + 2) }, (_, i) => cmap + 4 + 8 * i);
  const entry = subtables.find((at) => view.getUint16(at) === 3 && view.getUint16(at + 2) === 10);
  if (entry === undefined) throw bad('has no table of all its characters');
  const groups = cmap + view.getUint32(entry + 4);
  if (view.getUint16(groups) !== 12) throw bad('has a table of characters in an unknown format');
  const known = new Set<number>();
  for (let i = 0; i < view.getUint32(groups + 12); i += 1) {
    const group = groups + 16 + 12 * i;
    for (let code = view.getUint32(group); code <= view.getUint32(group + 4); code += 1) known.add(code);
  }
  return (codePoint) => known.has(codePoint);
}

/**
 * Text that a font can show as it is: what it lacks becomes the replacement sign; what is not seen (controls, direction marks,
 * joiners, variants) goes, so that no text of a device changes how the rest is read. Lines stay lines.
 */
export function showable(text: string, has: (codePoint: number) => boolean): string {
  const plain = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|\p{Zl}|\p{Zp}/gu, '\n')
    .replace(/\p{Zs}|\t/gu, ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Variation_Selector}]/gu, '');
  return Array.from(plain, (char) => (char === '\n' || has(char.codePointAt(0) ?? 0) ? char : REPLACEMENT)).join('');
}
