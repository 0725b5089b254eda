import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { type ErrorCode, GatewayError } from '../base/errors.ts';
import type { TcpLinkConfig } from '../contract/document/links.ts';
import type { ByteLink } from './byte-port.ts';
import { createLinkEnd } from './link-end.ts';

const KEEPALIVE_MS = 15_000;

const OPEN_FAULTS: Readonly<Record<string, { code: ErrorCode; words: string }>> = {
  ECONNREFUSED: { code: 'link/refused', words: 'the device refused the connection' },
  ENOTFOUND: { code: 'link/not-found', words: 'the host name is not known' },
  EAI_AGAIN: { code: 'link/not-found', words: 'the host name could not be looked up' },
  EHOSTUNREACH: { code: 'link/timeout', words: 'there is no way to this address' },
  ENETUNREACH: { code: 'link/timeout', words: 'there is no way to this network' },
  ETIMEDOUT: { code: 'link/timeout', words: 'nobody answers at this address' },
};
const NAME_REMEDY = 'Check the spelling of the host name and the DNS server, or give the IP address.';

const errnoOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

function openFault(label: string, cause: unknown): GatewayError {
  const known = OPEN_FAULTS[errnoOf(cause)];
  if (!known) return new GatewayError('link/failed', `${label}: the connection could not be opened`, { cause });
  const more = known.code === 'link/not-found' ? { cause, remedy: NAME_REMEDY } : { cause };
  return new GatewayError(known.code, `${label}: ${known.words}`, more);
}

function dial(config: TcpLinkConfig, clock: Clock, signal: AbortSignal, label: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: config.host,
      port: config.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    const cancelTimeout = clock.after(config.connectTimeoutMs, () =>
      fail(new GatewayError('link/timeout', `${label}: no answer within ${config.connectTimeoutMs} ms`)),
    );
    const onAbort = (): void => fail(signal.reason);
    const onError = (cause: Error): void => fail(openFault(label, cause));
    function settle(): void {
      cancelTimeout();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    }
    function fail(reason: unknown): void {
      settle();
      socket.on('error', () => {}); // a late error of a socket that was given up concerns nobody
      socket.destroy();
      reject(reason);
    }
    socket.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
  });
}

/** Opens a TCP connection. Rejects with `link/refused`, `link/timeout`, `link/not-found` or `link/failed`. */
export async function openTcpPort(config: TcpLinkConfig, clock: Clock, signal: AbortSignal): Promise<ByteLink> {
  signal.throwIfAborted();
  const label = `${config.host}:${config.port}`;
  const socket = await dial(config, clock, signal, label);
  const end = createLinkEnd(label, {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (cause) => (cause ? reject(cause) : resolve()));
      }),
    async release() {
      socket.destroy();
    },
  });
  let cause: unknown;
  socket.on('data', (chunk) => end.heard(chunk));
  socket.on('error', (error) => {
    cause = error;
  });
  socket.on('end', () => socket.destroy());
  socket.on('close', () => end.broke(new GatewayError('link/lost', `${label}: the device closed the connection`, { cause })));
  return end.link;
}
