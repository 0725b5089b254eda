import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Bytes of `sun_path` without its closing NUL: 108 on Linux, 104 on macOS and the BSDs. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

export interface SocketPlace {
  /** What to listen on and connect to: a path, or the name of a Windows pipe. */
  readonly address: string;
  /** The folder that must belong to this user alone; null for a pipe. */
  readonly folder: string | null;
  /** The note in the data directory that says where the socket is, when it could not be there; null for a pipe. */
  readonly note: string | null;
  /** True when the path in the data directory is too long for a socket. */
  readonly elsewhere: boolean;
}

const hashOf = (dataDir: string): string => createHash('sha256').update(dataDir).digest('hex').slice(0, 32);

/** Where the gateway on this data directory listens for the command line. */
export function socketPlace(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): SocketPlace {
  const dir = resolve(dataDir);
  if (platform === 'win32')
    return { address: `\\\\.\\pipe\\gatehouse-${hashOf(dir.toLowerCase())}`, folder: null, note: null, elsewhere: false };
  const folder = join(dir, 'run');
  const note = join(folder, 'socket');
  const address = join(folder, 'gatehouse.sock');
  if (Buffer.byteLength(address) <= MAX_PATH_BYTES) return { address, folder, note, elsewhere: false };
  const user = process.getuid?.() ?? 0;
  const short = join(env['XDG_RUNTIME_DIR'] || tmpdir(), `gatehouse-${user}-${hashOf(dir)}`);
  return { address: join(short, 'gatehouse.sock'), folder: short, note, elsewhere: true };
}

/** What a caller has to show, in a file for the gateway's user alone: functions that are kept from files cannot read it. */
export const tokenPath = (dataDir: string): string => join(resolve(dataDir), 'run', 'token');

/** Where to connect: what the gateway noted down, which may have been started with another runtime folder; else where it ought to be. */
export async function socketAddress(dataDir: string): Promise<string> {
  const place = socketPlace(dataDir);
  if (place.note === null || !place.elsewhere) return place.address;
  const noted = await readFile(place.note, 'utf8').catch(() => '');
  return noted.trim() || place.address;
}
