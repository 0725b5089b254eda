/** Code characters of AIM symbology identifiers, `]` code character modifier (ISO/IEC 15424). */
const AIM: Readonly<Record<string, string>> = {
  A: 'Code 39',
  B: 'Telepen',
  C: 'Code 128',
  E: 'EAN/UPC',
  F: 'Codabar',
  G: 'Code 93',
  H: 'Code 11',
  I: 'Interleaved 2 of 5',
  K: 'Code 16K',
  L: 'PDF417',
  M: 'MSI',
  O: 'Codablock',
  P: 'Plessey',
  Q: 'QR Code',
  R: 'Straight 2 of 5',
  S: 'Straight 2 of 5',
  T: 'Code 49',
  U: 'MaxiCode',
  X: 'other',
  d: 'Data Matrix',
  e: 'GS1 DataBar',
  h: 'Han Xin',
  z: 'Aztec',
};
/** Identifiers that say more than their letter. */
const AIM_EXACT: Readonly<Record<string, string>> = {
  ']C1': 'GS1-128',
  ']C4': 'ISBT 128',
  ']E4': 'EAN-8',
  ']d2': 'GS1 DataMatrix',
  ']Q3': 'GS1 QR Code',
};
const IDENTIFIER = /^\][A-Za-z][0-9A-Za-z]/;

export interface ScannedSymbol {
  /** Three characters, `]E0`; undefined where the scanner does not send it. */
  readonly aim: string | undefined;
  /** In words; undefined where nothing is known of it. */
  readonly symbology: string | undefined;
  readonly code: string;
}

/** Splits `]E04006381333931`; undefined where no identifier stands at the begin. */
export function splitAim(text: string): ScannedSymbol | undefined {
  const aim = IDENTIFIER.exec(text)?.[0];
  if (aim === undefined) return undefined;
  return { aim, symbology: AIM_EXACT[aim] ?? AIM[aim[1] ?? ''] ?? `AIM ${aim}`, code: text.slice(3) };
}

/** Splits the maker's own letters off, the longest that fit; undefined where none of the table fits. */
export function splitByTable(text: string, table: Readonly<Record<string, string>>): ScannedSymbol | undefined {
  const letters = Object.keys(table)
    .filter((one) => text.startsWith(one))
    .sort((a, b) => b.length - a.length)[0];
  return letters === undefined ? undefined : { aim: undefined, symbology: table[letters], code: text.slice(letters.length) };
}
