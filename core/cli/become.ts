/**
 * glibc gives each busy thread a heap of its own, up to eight for each core, and keeps what they once needed. A gateway has a dozen
 * threads that seldom work at the same time: with two heaps it is about 9 MB smaller, and no slower.
 */
const HEAPS = 'MALLOC_ARENA_MAX';

/** The signal USR1 would open a debugger on the gateway; a confined function may send it. */
const NO_DEBUGGER = '--disable-sigusr1';

/**
 * With protection keys (a feature of x64 processors) V8 keeps a list of its code pages for all threads, and aborts the whole process
 * when threads that come and go race for it: "Check failed: jit_page.has_value()".
 */
const NO_PAGE_KEYS = process.arch === 'x64' ? ['--no-memory-protection-keys'] : [];

/** Whether this process runs with the settings for a gateway already, or cannot have them (they are glibc's, and read at the start). */
export const isSettled = (): boolean =>
  process.platform !== 'linux' || process.env[HEAPS] !== undefined || process.execve === undefined;

/** Becomes another Node program in place: same process id, same terminal, nothing of this one left in memory. */
export function become(program: string, args: readonly string[]): void {
  const flags = [NO_DEBUGGER, ...NO_PAGE_KEYS, ...process.execArgv];
  process.execve?.(process.execPath, [process.execPath, ...flags, program, ...args], { ...process.env, [HEAPS]: '2' });
}
