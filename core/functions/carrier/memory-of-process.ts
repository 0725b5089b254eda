import { readFile } from 'node:fs/promises';

/** Clock ticks of `/proc/<pid>/stat`; the same on every Linux. */
const MS_PER_TICK = 10;

export interface ProcessUse {
  /** Resident memory without what is only a file on the disk, such as Node's own program. */
  readonly privateBytes: number;
  /** User and system together. */
  readonly cpuMs: number;
}

/** Memory and CPU of another process as the system counts them; null where it does not say (not Linux, or it has ended). */
export async function memoryOfProcess(pid: number): Promise<ProcessUse | null> {
  try {
    const [status, stat] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    return parseUse(status, stat);
  } catch {
    return null;
  }
}

/**
 * Reads the two files: the one says memory in KB, whatever the machine's pages have (4 KB here, 16 KB there); in the other the name of the
 * program stands in parentheses and may hold anything, so that fields count from behind it.
 */
export function parseUse(status: string, stat: string): ProcessUse | null {
  const kilobytes = Number(/^RssAnon:\s*(\d+) kB$/m.exec(status)?.[1]);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(kilobytes) || !Number.isFinite(ticks)) return null;
  return { privateBytes: kilobytes * 1024, cpuMs: ticks * MS_PER_TICK };
}
