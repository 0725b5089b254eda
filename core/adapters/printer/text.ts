const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/** Numbers of ESC t, as in Epson's list of code tables, to the names that the platform knows. */
const PLATFORM: Readonly<Record<number, string>> = {
  16: 'windows-1252',
  17: 'ibm866',
  45: 'windows-1250',
  46: 'windows-1251',
  47: 'windows-1253',
  48: 'windows-1254',
};
const OWN: Readonly<Record<number, string>> = { 0: CP437, 2: CP850, 19: CP850.replace('ı', '€') };

/** The upper 128 characters of a code table; empty where it is not known: then only ASCII is printed. */
function upperHalf(table: number): string {
  const own = OWN[table];
  if (own !== undefined) return own;
  const name = PLATFORM[table];
  if (name === undefined) return '';
  const decoder = new TextDecoder(name);
  return Array.from({ length: 128 }, (_, i) => decoder.decode(Uint8Array.of(128 + i))).join('');
}

/**
 * Makes the bytes of a text for a code table. Control characters are left out, all but the line end: a text must not hold commands. What the
 * table does not have loses its accent, or becomes a question mark.
 */
export function createTextEncoder(table: number): (text: string) => Uint8Array {
  const codes = new Map([...upperHalf(table)].map((char, i) => [char, 128 + i]));
  function codeOf(char: string): number | undefined {
    const code = char.codePointAt(0) ?? 0;
    if (char === '\n') return code;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return undefined;
    return code < 0x7f ? code : codes.get(char);
  }
  return (text) => {
    const bytes: number[] = [];
    for (const char of text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').normalize('NFC')) {
      const plain = char.normalize('NFD')[0] ?? '';
      const code = codeOf(char) ?? (plain !== char ? codeOf(plain) : undefined);
      if (code !== undefined) bytes.push(code);
      else if ((char.codePointAt(0) ?? 0) >= 0xa0) bytes.push(0x3f);
    }
    return Uint8Array.from(bytes);
  };
}

/** Breaks lines at blanks so that none is longer than `columns`; a word that is longer is broken where it must. */
export function wrap(text: string, columns: number): string {
  const wrapLine = (line: string): string[] => {
    const out: string[] = [];
    let rest = line;
    while (rest.length > columns) {
      const blank = rest.lastIndexOf(' ', columns);
      const at = blank > 0 ? blank : columns;
      out.push(rest.slice(0, at).trimEnd());
      rest = rest.slice(at).trimStart();
    }
    return [...out, rest];
  };
  return text.replace(/\r\n?/g, '\n').split('\n').flatMap(wrapLine).join('\n');
}
