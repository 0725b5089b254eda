import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { GatewayError } from '../base/errors.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** PEM texts. With `ca`, clients must show a certificate of it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** Opens the port. Rejects with `broker/needs-tls` or `broker/port-in-use`. */
export async function openListener(options: ListenerOptions, accept: (socket: Socket) => void): Promise<Server> {
  const { host, tls } = options;
  if (!tls && !LOOPBACK.test(host)) {
    throw new GatewayError('broker/needs-tls', `The local broker may not listen on ${host} without TLS.`);
  }
  if (!tls) return listening(createServer({ noDelay: true }, accept), options);
  const { cert, key, ca } = tls;
  const mutual = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  return listening(createTlsServer({ cert, key, handshakeTimeout: options.connectTimeoutMs, ...mutual }, accept), options);
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function portFault({ host, port }: ListenerOptions, cause: NodeJS.ErrnoException): unknown {
  if (cause.code === 'EADDRINUSE') {
    return new GatewayError('broker/port-in-use', `Port ${port} of the local broker is in use on ${host}.`, { cause });
  }
  if (cause.code !== 'EACCES') return cause;
  return new GatewayError('broker/port-in-use', `This user may not open port ${port} on ${host}.`, {
    cause,
    remedy: 'Choose a port above 1023 with --mqtt-port.',
  });
}

function listening(server: Server, options: ListenerOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(portFault(options, cause));
    server.once('error', onError);
    server.listen({ host: options.host, port: options.port, backlog: 511 }, () => {
      server.off('error', onError);
      resolve(server);
    });
  });
}
