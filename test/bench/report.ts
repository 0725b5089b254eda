export interface Bar {
  readonly text: string;
  readonly met: boolean;
}
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}
/** What a case found: tables for people, bars, and all figures for machines. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly bars: readonly Bar[];
  readonly figures: unknown;
}
export interface Case {
  readonly name: string;
  run(setting: { readonly quick: boolean; note(text: string): void }): Promise<Findings>;
}

export function tableText({ title, columns, rows }: Table): string {
  const all = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [`### ${title}`, line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

export const barText = ({ text, met }: Bar): string => `${met ? 'met    ' : 'NOT MET'}  ${text}`;

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-GB');
export const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
export const times = (value: number): string => `${value.toFixed(1)}x`;
