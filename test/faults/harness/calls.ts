import { spawn, spawnSync } from 'node:child_process';

/** What a disk that has become read-only refuses; what was written before is still synced. */
export const READ_ONLY = 'pwrite64,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat';

const ATTACH_MS = 5000;
const DETACH_MS = 3000;

/** Why system calls of a running gateway cannot be made to fail here, or null. */
export function whyNoStrace(): string | null {
  return spawnSync('strace', ['-V']).status === 0 ? null : 'strace is not installed (Debian: apt-get install strace)';
}

/**
 * From the `nth` of them on in each thread these system calls of a process fail with `error`. Resolves when that is so, with what ends
 * it; it ends with the process too. Throws where strace cannot be attached.
 */
export async function failCalls(pid: number, calls: string, error: string, nth: number): Promise<() => Promise<void>> {
  const inject = `inject=${calls}:error=${error}:when=${nth}+`;
  const child = spawn('strace', ['-f', '-o', '/dev/null', '-p', String(pid), '-e', `trace=${calls}`, '-e', inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const attached = Promise.withResolvers<void>();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('attached')) attached.resolve();
  });
  const refuse = (): void => attached.reject(new Error(`strace could not be attached: ${said}`));
  void gone.then(refuse);
  const late = setTimeout(refuse, ATTACH_MS);
  // It can hang on a process that ends meanwhile.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  void gone.then(() => process.off('exit', end));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    const hangs = setTimeout(end, DETACH_MS);
    await gone;
    clearTimeout(hangs);
  };
  try {
    await attached.promise;
  } catch (cause) {
    await stop();
    throw cause;
  } finally {
    clearTimeout(late);
  }
  return stop;
}
