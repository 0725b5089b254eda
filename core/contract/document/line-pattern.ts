/** What a regular expression of a line device may look like: it runs on every line, and no line may hang the gateway. */
export interface PatternShape {
  /** Quantifiers without an upper limit. */
  readonly unbounded: number;
  readonly repeatedGroup: boolean;
  /** A group repeated without limit that has such a repeat inside: `(a+)+`. */
  readonly nested: boolean;
}

const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;

/** How a pattern repeats. Looks at quantifiers and groups only; escapes and character classes are stepped over. */
export function shapeOf(source: string): PatternShape {
  const groups: boolean[] = [false];
  let unbounded = 0;
  let repeatedGroup = false;
  let nested = false;
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (char === '\\') i += 1;
    else if (char === '[') {
      for (i += 1; i < source.length && source[i] !== ']'; i += 1) if (source[i] === '\\') i += 1;
    } else if (char === '(') groups.push(false);
    else if (char === ')') {
      const inside = groups.pop() ?? false;
      if (UNBOUNDED.test(source.slice(i + 1))) {
        repeatedGroup = true;
        nested ||= inside;
      }
      if (inside) groups[groups.length - 1] = true;
    } else if (UNBOUNDED.test(source.slice(i, i + 12))) {
      unbounded += 1;
      groups[groups.length - 1] = true;
    }
  }
  return { unbounded, repeatedGroup, nested };
}

/** What is wrong with a pattern, in words, or undefined. For the check of a document as well as for opening. */
export function checkPattern(source: string): string | undefined {
  try {
    new RegExp(source);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  if (shapeOf(source).nested) return 'a repeat inside a repeated group, as in (a+)+, can take for ever; repeat only one of them';
  return undefined;
}
