import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { deviceOf } from './port-paths.ts';

/** A program that has a port. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Who has the port: the owner of the lock on it, else whoever has it open, as far as /proc lets this user see it. Linux only. */
export async function findHolder(path: string): Promise<Holder | undefined> {
  const device = await deviceOf(path);
  const pid = (await lockOwner(device)) ?? (await firstToHaveOpen(device));
  if (pid === undefined) return undefined;
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  return { pid, name: name || 'unknown' };
}

/** A line of /proc/locks: `1: FLOCK ADVISORY WRITE <pid> <major>:<minor>:<inode> 0 EOF`, device numbers in hex. */
async function lockOwner(device: string): Promise<number | undefined> {
  const found = await stat(device).catch(() => undefined);
  if (!found) return undefined;
  for (const line of (await readFile('/proc/locks', 'utf8').catch(() => '')).split('\n')) {
    const [, kind, , , pid, place] = line.trim().split(/\s+/);
    const [major = '', minor = '', inode] = (place ?? '').split(':');
    const sameDisk = Number.parseInt(major, 16) * 256 + Number.parseInt(minor, 16) === found.dev;
    if (kind === 'FLOCK' && sameDisk && inode === String(found.ino) && Number(pid) > 0) return Number(pid);
  }
  return undefined;
}

async function firstToHaveOpen(device: string): Promise<number | undefined> {
  for (const entry of await readdir('/proc').catch(() => [])) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) === device) return pid;
    }
  }
  return undefined;
}

/** The name of a user or group by its number, or the number. */
async function nameOf(file: '/etc/group' | '/etc/passwd', id: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (name && number === String(id)) return name;
  }
  return String(id);
}

/** The user that this process runs as. */
export const userName = (): Promise<string> => nameOf('/etc/passwd', process.geteuid?.() ?? 0);

/** Who owns a device file. */
export interface FileOwner {
  readonly owner: string;
  readonly group: string;
  /** As `ls` shows it: `crw-rw----`. */
  readonly mode: string;
  /** Whether the group may read and write. */
  readonly groupMay: boolean;
}

export async function ownerOf(path: string): Promise<FileOwner | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  const kind = found.isCharacterDevice() ? 'c' : found.isDirectory() ? 'd' : '-';
  const letters = [...'rwxrwxrwx'].map((letter, i) => (found.mode & (0o400 >> i) ? letter : '-')).join('');
  return {
    owner: await nameOf('/etc/passwd', found.uid),
    group: await nameOf('/etc/group', found.gid),
    mode: kind + letters,
    groupMay: (found.mode & 0o060) === 0o060,
  };
}
