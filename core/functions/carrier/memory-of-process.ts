import { readFile } from 'node:fs/promises';

/** Clock ticks of `/proc/<pid>/stat`; the same on every Linux. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;

export interface ProcessUse {
  /** Resident memory without what is only a file on the disk, such as Node's own program. */
  readonly privateBytes: number;
  /** User and system together. */
  readonly cpuMs: number;
}

/** Memory and CPU of another process as the system counts them; null where it does not say (not Linux, or it has ended). */
export async function memoryOfProcess(pid: number): Promise<ProcessUse | null> {
  try {
    const [statm, stat] = await Promise.all([readFile(`/proc/${pid}/statm`, 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    return parseUse(statm, stat);
  } catch {
    return null;
  }
}

/** Reads the two files. The name of the program stands in parentheses and may hold anything, so that fields count from behind it. */
export function parseUse(statm: string, stat: string): ProcessUse | null {
  const [, resident, shared] = statm.split(' ').map(Number);
  const pages = (resident ?? Number.NaN) - (shared ?? Number.NaN);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(pages) || !Number.isFinite(ticks)) return null;
  return { privateBytes: pages * PAGE_BYTES, cpuMs: ticks * MS_PER_TICK };
}
