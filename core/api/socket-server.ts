import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import { type SocketPlace, socketPlace, tokenPath } from '../config/socket-path.ts';
import { createLineTransport } from './frames/line-transport.ts';
import type { ServerTransport } from './server.ts';
import type { Caller } from './sources.ts';

export interface SocketServer extends Service {
  /** The path of the socket or the name of the pipe. */
  readonly address: string;
}

/** A call carries at most a deployment document of 4 MiB, with room for JSON's escapes. */
const MAX_LINE_BYTES = 6 * 1_048_576;
const MAX_CLIENTS = 32;
const TOKEN_BYTES = 32;
/** A caller of ours shows its token with its first breath. */
const TOKEN_WAIT_MS = 5000;

const failed = (what: string, cause?: unknown): GatewayError => new GatewayError('api/listen-failed', what, { cause });

/** Whether somebody answers there; rejects when that cannot be told. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(address);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT') resolve(false);
      else reject(failed(`cannot tell whether a gateway listens on ${address}`, cause));
    });
  });
}

/** A folder in a shared place could have been made by somebody else, to listen in: only our own will do. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const isOurs = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isOurs) throw failed(`${folder} does not belong to the gateway's user`);
  await chmod(folder, 0o700);
}

/** After a kill the socket's file is still there; it is removed when nobody answers on it and it is a socket indeed. */
async function clearStale(address: string): Promise<void> {
  if (await answers(address)) throw new GatewayError('gateway/already-running', `another gateway answers on ${address}`);
  const found = await lstat(address).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw failed(`${address} is in the way: it is not a socket`);
  await rm(address, { force: true });
}

async function prepare(place: SocketPlace, dataDir: string): Promise<void> {
  if (place.folder === null || place.note === null) return;
  await ownFolder(join(dataDir, 'run'));
  await ownFolder(place.folder);
  await clearStale(place.address);
  if (place.elsewhere) await writeFile(place.note, `${place.address}\n`, { mode: 0o600 });
  else await rm(place.note, { force: true });
}

/** A new file each time, so that its mode is ours whatever lay there before. */
async function writeToken(path: string, token: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  await writeFile(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
}

/** The token is the first line and lies whole in the first chunk; what follows it is put back. */
function showsToken(socket: Socket, chunk: Buffer, token: string): boolean {
  const shown = chunk.subarray(0, token.length);
  const isOurs = shown.length === token.length && timingSafeEqual(shown, Buffer.from(token)) && chunk[token.length] === 10;
  if (isOurs && chunk.length > token.length + 1) socket.unshift(chunk.subarray(token.length + 1));
  return isOurs;
}

/**
 * Listens for the command line of the same user: a Unix socket (mode 0600) in a folder of mode 0700. The caller holds the
 * lock of the data directory, so that two starting gateways do not clear each other's socket.
 * On Windows a named pipe, whose default access list grants full control to its creator, to administrators and to
 * LocalSystem, and to everybody else reading only. The pipe's name is taken once only; a second taker fails to listen.
 * Functions run as the same user: who connects is heard, and hears anything, only after the token of `<data>/run/token`, which is new
 * with each start. A function in a process of its own cannot read it.
 */
export function createSocketServer(
  deps: { attach(transport: ServerTransport, caller: Caller): void; log: Logger },
  options: { readonly dataDir: string },
): SocketServer {
  const place = socketPlace(options.dataDir);
  const sockets = new Set<Socket>();
  const server = createServer(onConnection);
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const tokenFile = tokenPath(options.dataDir);
  let wroteToken = false;
  let count = 0;
  let refused = 0;

  function refuse(socket: Socket): void {
    socket.destroy();
    refused += 1;
    if (refused === 1)
      deps.log.warn('api.socket-refused', { message: 'Somebody connected without the token of this gateway. Told once only.' });
  }
  function onConnection(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (sockets.size >= MAX_CLIENTS) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setTimeout(TOKEN_WAIT_MS, () => socket.destroy());
    socket.once('data', (chunk) => {
      socket.setTimeout(0).pause();
      if (!showsToken(socket, chunk, token)) {
        refuse(socket);
        return;
      }
      count += 1;
      deps.attach(createLineTransport(socket, { maxLineBytes: MAX_LINE_BYTES }), { kind: 'cli', id: `cli-${count}` });
      socket.resume();
    });
  }

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause.code === 'EADDRINUSE'
            ? new GatewayError('gateway/already-running', `another gateway listens on ${place.address}`, { cause })
            : failed(`cannot listen on ${place.address}`, cause),
        ),
      );
      server.listen(place.address, resolve);
    });
    server.on('error', (cause) => deps.log.error('api.socket-server-failed', { cause }));
  }

  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    if (wroteToken) await rm(tokenFile, { force: true }).catch(() => {});
    if (!server.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve())); // also removes the socket's file
    if (!place.elsewhere || place.folder === null || place.note === null) return;
    await rm(place.note, { force: true }).catch(() => {});
    await rm(place.folder, { force: true, recursive: true }).catch(() => {});
  }

  return {
    name: 'socket-server',
    async start(signal) {
      signal.throwIfAborted();
      try {
        await prepare(place, options.dataDir);
        await writeToken(tokenFile, token);
        wroteToken = true;
        await listen();
        if (place.folder !== null) await chmod(place.address, 0o600);
      } catch (cause) {
        await stop();
        throw cause instanceof GatewayError ? cause : failed(`cannot listen on ${place.address}`, cause);
      }
    },
    stop,
    address: place.address,
  };
}
