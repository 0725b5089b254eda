import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Under CI missing tools are a failure, elsewhere the tests that need them are skipped. */
export const skipPdf = process.env['CI'] !== 'true' && spawnSync('pdftotext', ['-v']).error !== undefined;
export const pdfNote = skipPdf ? ' (skipped: no pdftotext; apt-get install poppler-utils)' : '';

function ask(bytes: Uint8Array, program: string, ...args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pdf-'));
  try {
    const path = join(folder, 'file.pdf');
    writeFileSync(path, bytes);
    const all = program === 'pdftotext' ? [...args, path, '-'] : [...args, path];
    return execFileSync(program, all, { encoding: 'utf8', timeout: 20_000, maxBuffer: 64 * 1_048_576 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What another program than ours reads on each page, as it stands there. */
export const pagesOf = (bytes: Uint8Array): string[] =>
  ask(bytes, 'pdftotext', '-layout', '-enc', 'UTF-8').split('\f').slice(0, -1);

/** Text with single spaces: lines of a cell that stand below each other are not put together. */
export const plain = (text: string): string => text.replace(/\s+/g, ' ');

/** Facts of the file, such as `Title` and `Page size`. */
export function infoOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const lines = ask(bytes, 'pdfinfo').split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
}
