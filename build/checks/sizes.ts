import type { SourceFile } from './imports.ts';

/** A file beyond this does more than one thing. */
const MAX_LINES = 400;

export function sizeFaults(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => file.lines > MAX_LINES)
    .map((file) => `${file.path} has ${file.lines} lines; split it (at most ${MAX_LINES})`);
}
