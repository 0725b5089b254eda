import { realpathSync } from 'node:fs';
import type { CarrierOptions } from './carrier.ts';

/** Both the path as it is called and the one that it is: Node looks at the latter. */
function spellings(path: string): readonly string[] {
  try {
    const real = realpathSync(path);
    return real === path ? [path] : [path, real];
  } catch {
    return [path]; // not there yet
  }
}

/**
 * Node's flags for a confined process. It reads the gateway's own code (`home`), its function's folder and what is declared; it writes
 * its scratch folder and what is declared. `node:sqlite` is left out because it opens any file past the permission model; SIGUSR1 would
 * open a debugger.
 */
export function permissionFlags(
  { data, scratch, sandbox, heapLimitMb }: Pick<CarrierOptions, 'data' | 'scratch' | 'sandbox' | 'heapLimitMb'>,
  home: readonly string[],
): readonly string[] {
  const scratches = scratch === null ? [] : [scratch];
  const readable = [...home, data.directory, ...scratches, ...sandbox.readable];
  const writable = [...scratches, ...sandbox.writable];
  const each = (flag: string, paths: readonly string[]): string[] =>
    [...new Set(paths.flatMap(spellings))].map((path) => `--allow-fs-${flag}=${path}`);
  return [
    '--permission',
    '--no-experimental-sqlite',
    '--disable-sigusr1',
    '--no-warnings',
    `--max-old-space-size=${heapLimitMb}`,
    ...each('read', readable),
    ...each('write', writable),
    ...(sandbox.childProcesses ? ['--allow-child-process'] : []),
    ...(sandbox.workers ? ['--allow-worker'] : []),
    ...(sandbox.addons ? ['--allow-addons'] : []),
  ];
}
