import { writeSync } from 'node:fs';

/** Prints a line. The pipe to a busy parent may be full for a moment; a line is then written again, because a lost one would be a lost promise. */
export function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}
