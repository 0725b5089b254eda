/** The different ones among texts that mostly repeat. */
export interface TextTable {
  /** The place of this text in `texts`; put there when it is new. */
  place(text: string): number;
  readonly texts: readonly string[];
}

export function createTextTable(): TextTable {
  const texts: string[] = [];
  let places: Map<string, number> | undefined;
  let last: string | undefined;
  let at = 0;
  return {
    place(text) {
      if (text === last) return at;
      last = text;
      if (texts.length === 0) {
        texts.push(text);
        return at;
      }
      places ??= new Map(texts.map((one, index) => [one, index]));
      at = places.get(text) ?? texts.length;
      if (at === texts.length) {
        places.set(text, at);
        texts.push(text);
      }
      return at;
    },
    texts,
  };
}
