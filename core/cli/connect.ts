import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createLineTransport } from '../api/frames/line-transport.ts';
import { systemClock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { socketAddress, tokenPath } from '../config/socket-path.ts';
import { type ApiClient, type ClientTransport, createApiClient } from '../contract/client.ts';
import type { ClientFrame, ServerFrame } from '../contract/wire.ts';

/** A snapshot of a large site is one line. */
const MAX_LINE_BYTES = 64 * 1_048_576;

function connectFault(cause: NodeJS.ErrnoException, dataDir: string): GatewayError {
  if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED')
    return new GatewayError('cli/not-running', `no gateway runs on ${dataDir}`, {
      cause,
      remedy: `Start it with "gatehouse start --data ${dataDir}", or name another folder with --data.`,
    });
  if (cause.code === 'EACCES' || cause.code === 'EPERM')
    return new GatewayError('cli/not-permitted', `this user may not talk to the gateway on ${dataDir}`, { cause });
  return new GatewayError('api/disconnected', `cannot connect to the gateway on ${dataDir}`, { cause });
}

function connectSocket(address: string, dataDir: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const fail = (cause: Error): void => reject(connectFault(cause, dataDir));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** One connection to the gateway on this data directory; rejects with `cli/not-running` or `cli/not-permitted`. */
export async function connectGateway(dataDir: string): Promise<ClientTransport> {
  const socket = await connectSocket(await socketAddress(dataDir), dataDir);
  socket.on('error', () => socket.destroy()); // also while the token is read
  try {
    socket.write(`${(await readFile(tokenPath(dataDir), 'utf8')).trim()}\n`);
  } catch (cause) {
    socket.destroy();
    throw connectFault(cause as NodeJS.ErrnoException, dataDir); // readFile throws nothing else
  }
  return createLineTransport<ClientFrame, ServerFrame>(socket, { maxLineBytes: MAX_LINE_BYTES });
}

/** A client that has its first connection already, so that a gateway that does not run is told at once; later losses are mended. */
export async function openClient(dataDir: string, onRefused: (topic: string, error: GatewayError) => void): Promise<ApiClient> {
  let first: ClientTransport | null = await connectGateway(dataDir);
  const take = async (): Promise<ClientTransport> => {
    const ready = first ?? (await connectGateway(dataDir));
    first = null;
    return ready;
  };
  return createApiClient({ connect: take, clock: systemClock, random: Math.random }, { onRefused });
}

/**
 * Connects to the gateway on this data directory, runs, and closes the connection whatever happens. Rejects as `connectGateway` does, and
 * with the gateway's own fault when it refuses a watch.
 */
export async function withGateway<T>(dataDir: string, run: (client: ApiClient) => Promise<T>): Promise<T> {
  const refused = Promise.withResolvers<never>();
  const client = await openClient(dataDir, (_topic, error) => refused.reject(error));
  try {
    return await Promise.race([run(client), refused.promise]);
  } finally {
    await client.close();
  }
}
