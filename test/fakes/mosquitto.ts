import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';

export interface Mosquitto {
  readonly port: number;
  /** SIGKILL, as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Under CI a missing peer is a failure, elsewhere the tests that need it are skipped. */
export function hasMosquitto(): boolean {
  try {
    execFileSync('mosquitto', ['-h'], { stdio: 'pipe' });
    return true;
  } catch (cause) {
    // mosquitto -h ends with 3 and prints its usage.
    return cause instanceof Error && 'status' in cause && cause.status !== null && cause.status !== undefined;
  }
}
export const skipMosquitto = !hasMosquitto() && process.env['CI'] !== 'true';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('mosquitto does not listen');
}

/**
 * A mosquitto on a free loopback port; with `tls` it asks for a client certificate; `acl` is the text of an ACL file, `lines` are
 * added to its configuration. Its files are in a folder of its own below `parent` until it is closed.
 */
export async function startMosquitto(
  options: { tls?: Certificates; acl?: string; lines?: readonly string[]; parent?: string } = {},
): Promise<Mosquitto> {
  const folder = mkdtempSync(join(options.parent ?? tmpdir(), 'gatehouse-mosquitto-'));
  chmodSync(folder, 0o777);
  const port = await freePort();
  const lines = [`listener ${port} 127.0.0.1`, 'max_queued_messages 0', ...(options.lines ?? [])];
  if (options.tls) {
    const { caFile, serverCert, serverKey } = options.tls;
    lines.push(`cafile ${caFile}`, `certfile ${serverCert}`, `keyfile ${serverKey}`, 'require_certificate true');
    lines.push('use_identity_as_username true', 'allow_anonymous false');
  } else lines.push('allow_anonymous true');
  if (options.acl !== undefined) {
    writeFileSync(join(folder, 'acl'), options.acl);
    chmodSync(join(folder, 'acl'), 0o700);
    lines.push(`acl_file ${join(folder, 'acl')}`);
  }
  lines.push('user root');
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  let child: ChildProcess;
  const launch = async (): Promise<void> => {
    child = spawn('mosquitto', ['-c', config], { stdio: 'ignore' });
    child.on('error', () => {});
    await listening(port, child);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await gone;
  };
  await launch();
  return {
    port,
    kill,
    restart: launch,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
