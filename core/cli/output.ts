import { describe, GatewayError, toWire } from '../base/errors.ts';

/** What the shell sees; part of the command's contract. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, documentInvalid: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command writes, and whether as JSON. */
export interface Output {
  readonly json: boolean;
  /** One line of the result. */
  line(text: string): void;
  /** For the person at the terminal, beside the result. */
  note(text: string): void;
}

export function createOutput(json: boolean, streams: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process): Output {
  return {
    json,
    line: (text) => void streams.stdout.write(`${text}\n`),
    note: (text) => void streams.stderr.write(`${text}\n`),
  };
}

/** Columns as wide as their widest cell; the last one is left as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

export const time = (at: number): string => new Date(at).toISOString();

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== 0x0a) || (code >= 0x7f && code <= 0x9f);
}

/** Terminal control characters from a message or a device must not reach the terminal. */
export function printable(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return isControl(code) ? `\\x${code.toString(16).padStart(2, '0')}` : char;
  }).join('');
}

/** Facts of one thing below each other: `topic       plant/1`. */
export const factLines = (facts: readonly (readonly [name: string, text: string])[]): string[] =>
  facts.map(([name, text]) => `${name.padEnd(12)}${printable(text)}`);

/** Reports a failure and says which exit code it is. */
export function report(error: unknown, output: Output): ExitCode {
  const wire = toWire(error);
  // What the command itself stumbled over is shown in full: unlike a far side's, its words are for this person.
  const message = error instanceof GatewayError ? wire.message : describe(error);
  if (output.json) output.note(JSON.stringify({ error: { ...wire, message } }));
  else output.note(`gatehouse: ${printable(message)}\n${printable(wire.remedy)}`);
  if (wire.code === 'cli/not-running') return EXIT.notRunning;
  if (wire.code === 'cli/bad-input') return EXIT.usage;
  return wire.code === 'document/invalid' ? EXIT.documentInvalid : EXIT.failed;
}
