import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { GatewayError } from '../base/errors.ts';
import { listSerialPorts } from './serial-list.ts';

const onLinux = process.platform === 'linux';

/** The driver gives the errno's text, not its name; Windows has its own words. Unknown text stays `link/failed`. */
function kindOf(text: string): 'missing' | 'busy' | 'denied' | 'other' {
  if (/ENOENT|No such (file|device)|File not found|ENXIO|ENODEV/i.test(text)) return 'missing';
  if (/Cannot lock|EBUSY|EAGAIN|temporarily unavailable|resource busy/i.test(text)) return 'busy';
  // Windows says "Access denied" when another program has the port; there are no rights on a COM port to be missing.
  if (/Access denied/i.test(text)) return 'busy';
  if (/EACCES|EPERM|Permission denied|not permitted/i.test(text)) return 'denied';
  return 'other';
}

/** Turns what the driver says into a fault that names the port, what is wrong, and what to do. */
export async function explainOpenFault(path: string, cause: unknown): Promise<GatewayError> {
  switch (kindOf(cause instanceof Error ? cause.message : String(cause))) {
    case 'missing':
      return missing(path, cause);
    case 'busy':
      return busy(path, cause);
    case 'denied':
      return denied(path, cause);
    default:
      return new GatewayError('link/failed', `${path}: the port could not be opened`, { cause });
  }
}

async function missing(path: string, cause: unknown): Promise<GatewayError> {
  const names = (await listSerialPorts()).map((port) => port.path);
  const there =
    names.length === 0 ? 'this machine has no serial ports now' : `ports that are here: ${names.slice(0, 8).join(', ')}`;
  return new GatewayError('link/not-found', `${path}: there is no such port; ${there}`, {
    cause,
    details: { ports: names.join(' ') },
  });
}

async function busy(path: string, cause: unknown): Promise<GatewayError> {
  const holder = onLinux ? await findHolder(path) : undefined;
  if (!holder) return new GatewayError('link/busy', `${path}: another program uses the port`, { cause });
  if (holder.pid === process.pid) {
    return new GatewayError('link/busy', `${path}: the gateway itself already uses this port for another device`, {
      cause,
      remedy: 'Give devices that share one Modbus line the same path and settings; no other devices can share a port.',
    });
  }
  return new GatewayError('link/busy', `${path}: the program ${holder.name} (process ${holder.pid}) uses the port`, {
    cause,
    details: { process: holder.pid, program: holder.name },
    remedy: `Close ${holder.name} (process ${holder.pid}); the gateway then takes the port by itself.`,
  });
}

async function denied(path: string, cause: unknown): Promise<GatewayError> {
  if (!onLinux) return new GatewayError('link/not-permitted', `${path}: the gateway may not open the port`, { cause });
  const owner = await ownerOf(path);
  const user = await userName();
  // No `G` bit means the group could not open it either: then joining the group is no remedy.
  if (!owner?.groupMay) {
    return new GatewayError('link/not-permitted', `${path}: the user ${user} may not open the port`, {
      cause,
      remedy: `Give the user ${user} read and write access to ${path}, for example by a udev rule.`,
    });
  }
  return new GatewayError(
    'link/not-permitted',
    `${path}: the user ${user} is not in the group ${owner.group} that owns the port`,
    {
      cause,
      details: { group: owner.group, user },
      remedy: `Run "sudo usermod -aG ${owner.group} ${user}", then sign in again or restart the gateway.`,
    },
  );
}

async function nameOf(file: '/etc/group' | '/etc/passwd', id: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (name && number === String(id)) return name;
  }
  return String(id);
}

const userName = (): Promise<string> => nameOf('/etc/passwd', process.geteuid?.() ?? 0);

async function ownerOf(path: string): Promise<{ group: string; groupMay: boolean } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { group: await nameOf('/etc/group', found.gid), groupMay: (found.mode & 0o060) === 0o060 };
}

interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Who has the port: the owner of the lock on it, else whoever has it open, as far as /proc lets this user see it. */
async function findHolder(path: string): Promise<Holder | undefined> {
  const device = await realpath(path).catch(() => path);
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
