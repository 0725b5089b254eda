import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Returns to the system what the start has left behind: V8 keeps its young generation as large as loading the code made it, and
 * a gateway that is mostly idle gives it no cause to shrink. Takes about 50 ms, so it is for once, soon after the start.
 */
export function spareMemory(): void {
  setFlagsFromString('--expose-gc');
  try {
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect({ type: 'major', flavor: 'last-resort' });
  } finally {
    // Else the threads of functions would see `gc` as well.
    setFlagsFromString('--no-expose-gc');
  }
}
