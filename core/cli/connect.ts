import { connect } from 'node:net';
import { createLineTransport } from '../api/frames/line-transport.ts';
import { systemClock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { socketAddress } from '../config/socket-path.ts';
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

/** One connection to the gateway on this data directory; rejects with `cli/not-running` or `cli/not-permitted`. */
export async function connectGateway(dataDir: string): Promise<ClientTransport> {
  const address = await socketAddress(dataDir);
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    socket.once('error', (cause) => reject(connectFault(cause, dataDir)));
    socket.once('connect', () =>
      resolve(createLineTransport<ClientFrame, ServerFrame>(socket, { maxLineBytes: MAX_LINE_BYTES })),
    );
  });
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
