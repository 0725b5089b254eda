export type Path = readonly (string | number)[];

/** `['devices', 2, 'points', 0]` as a person writes it: `devices[2].points[0]`; the whole document is `(document)`. */
export function pathText(path: Path): string {
  if (path.length === 0) return '(document)';
  const named = (part: string): string => (part === '' ? '""' : part);
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? named(part) : `.${named(part)}`)).join('');
}
