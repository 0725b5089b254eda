const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const CUT = ' …';

type WidthOf = (text: string) => number;

/** Where a long word is split rather than within its parts: `supply_`, `pressure`. */
const AFTER_MARK = /[^_/.:,;-]*$/;

/** A word that is wider than a line, in parts that are not; a letter keeps its accents. */
function split(word: string, width: number, widthOf: WidthOf): string[] {
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const more = widthOf(segment);
    while (part !== '' && used + more > width) {
      const end = part.search(AFTER_MARK) || part.length;
      parts.push(part.slice(0, end));
      part = part.slice(end);
      used = part === '' ? 0 : widthOf(part);
    }
    part += segment;
    used += more;
  }
  return [...parts, part];
}

function paragraph(text: string, width: number, widthOf: WidthOf): string[] {
  const space = widthOf(' ');
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const words = text.split(' ').filter((word) => word !== '');
  for (const part of words.flatMap((word) => (widthOf(word) <= width ? [word] : split(word, width, widthOf)))) {
    const more = widthOf(part);
    const fits = line !== '' && used + space + more <= width;
    if (line !== '' && !fits) lines.push(line);
    line = fits ? `${line} ${part}` : part;
    used = fits ? used + space + more : more;
  }
  return [...lines, line];
}

/** Takes from the end until the mark of the cut fits behind it. */
function cut(line: string, width: number, widthOf: WidthOf): string {
  let left = Array.from(graphemes.segment(line), ({ segment }) => segment);
  while (left.length > 0 && widthOf(left.join('')) + widthOf(CUT) > width) left = left.slice(0, -1);
  return `${left.join('')}${CUT}`;
}

/** Text in lines of at most `width`; what is more than `most` lines is cut off, and the last line says so. */
export function wrap(text: string, width: number, widthOf: WidthOf, most = Number.POSITIVE_INFINITY): readonly string[] {
  const lines = text.split('\n').flatMap((one) => paragraph(one, width, widthOf));
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), cut(lines[most - 1] ?? '', width, widthOf)];
}
