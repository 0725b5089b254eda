import type { Clock } from '../base/clock.ts';
import { GatewayError, toWire } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { PROTOCOL } from '../contract/protocol.ts';
import type { ClientFrame, ServerFrame, Transport } from '../contract/wire.ts';
import { createSession, type Session } from './frames/session.ts';
import type { Hub } from './hub.ts';
import type { Caller, Handlers } from './sources.ts';

export type ServerTransport = Transport<ServerFrame, ClientFrame>;

export interface ApiServerOptions {
  /** Calls and watches of one client at once; 256 unless told. More are refused with `api/busy`. */
  readonly maxPerClient?: number;
  /** Frames that are none before the client is cut off; 5 unless told. */
  readonly maxBadFrames?: number;
  /** A client with more bytes waiting for two seconds is cut off; 8 MiB unless told. */
  readonly maxBufferedBytes?: number;
  /** A client that has had more than 1 MiB waiting for this long is cut off; 30000 ms unless told. */
  readonly maxBehindMs?: number;
  /** Checks outputs against the contract too; for tests. */
  readonly checkOutputs?: boolean;
}

export interface ApiServer {
  /** Serves one client until its transport ends. The transport must have been let in already: no check is made here. */
  attach(transport: ServerTransport, caller: Caller): void;
  readonly clients: number;
  /** Answers what is pending with `gateway/stopping`, closes every client, waits up to two seconds for handlers. Never rejects. */
  stop(): Promise<void>;
}

const BEHIND_BYTES = 1_048_576;

interface Client {
  readonly transport: ServerTransport;
  readonly caller: Caller;
  readonly session: Session;
  behindSince: number | null;
  overChecks: number;
}

/** Frames to handlers and views, the same for every transport. */
export function createApiServer(
  deps: { handlers: Handlers; hub: Hub; clock: Clock; log: Logger; version: string },
  options: ApiServerOptions = {},
): ApiServer {
  const { maxPerClient = 256, maxBadFrames = 5, maxBufferedBytes = 8 * BEHIND_BYTES, maxBehindMs = 30_000 } = options;
  const clients = new Set<Client>();
  const running = new Set<Promise<void>>();
  let stopping = false;
  let stopChecks: (() => void) | null = null;

  function cutOff(client: Client, why: GatewayError): void {
    deps.log.warn('api.client-cut-off', { client: client.caller.id, cause: why });
    client.transport.close();
    leave(client);
  }

  function leave(client: Client): void {
    if (!clients.delete(client)) return;
    client.session.end();
    if (clients.size > 0) return;
    stopChecks?.();
    stopChecks = null;
  }

  /** Memory that a client holds by not reading has a bound in bytes and in time. */
  function checkReading(client: Client): void {
    const bytes = client.transport.buffered;
    const now = deps.clock.monotonic();
    client.overChecks = bytes > maxBufferedBytes ? client.overChecks + 1 : 0;
    client.behindSince = bytes > BEHIND_BYTES ? (client.behindSince ?? now) : null;
    const tooLong = client.behindSince !== null && now - client.behindSince >= maxBehindMs;
    if (client.overChecks < 2 && !tooLong) return;
    cutOff(client, new GatewayError('api/slow-client', `${client.caller.id} does not read: ${bytes} bytes wait for it`));
  }

  return {
    attach(transport, caller) {
      if (stopping) return transport.close();
      const session = createSession(
        {
          ...deps,
          caller,
          transport,
          track(call) {
            running.add(call);
            void call.finally(() => running.delete(call)); // a session's call never rejects
          },
          giveUp: (why) => cutOff(client, why),
        },
        { maxPerClient, maxBadFrames, checkOutputs: options.checkOutputs ?? false },
      );
      const client: Client = { transport, caller, session, behindSince: null, overChecks: 0 };
      clients.add(client);
      stopChecks ??= deps.clock.every(1000, () => {
        for (const one of [...clients]) checkReading(one);
      });
      transport.send({ t: 'hello', protocol: PROTOCOL, version: deps.version });
      transport.onFrame((frame) => session.frame(frame));
      void transport.closed.then(() => leave(client)); // `closed` never rejects
    },
    get clients() {
      return clients.size;
    },
    async stop() {
      stopping = true;
      for (const client of [...clients]) {
        client.session.refuseAll(toWire(new GatewayError('gateway/stopping', 'the gateway is stopping')));
        client.transport.close();
        leave(client);
      }
      const deadline = new AbortController();
      const late = deps.clock.sleep(2000, deadline.signal).catch(() => {});
      await Promise.race([Promise.allSettled([...running]), late]);
      deadline.abort();
    },
  };
}
