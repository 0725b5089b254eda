import type { Alarms } from '../alarms/alarms.ts';
import type { GatewayRuntime } from '../api/handlers/runtime.ts';
import type { ServerTransport } from '../api/server.ts';
import { createSocketServer } from '../api/socket-server.ts';
import type { Caller } from '../api/sources.ts';
import { createWebServer, type WebServer } from '../api/web-server.ts';
import { GatewayError } from '../base/errors.ts';
import type { Service } from '../base/service.ts';
import type { LocalBroker } from '../broker/broker.ts';
import type { GatewaySettings } from '../config/settings.ts';
import { readBrokerTls } from './broker-tls.ts';
import type { GatewayOptions } from './options.ts';
import type { Shared } from './shared.ts';

export interface FrontDoors {
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  broker(): LocalBroker | null;
  consoleUrl(): string | null;
  publishAsClient: GatewayRuntime['publishAsClient'];
}

interface DoorDeps extends Shared {
  readonly alarms: Alarms;
  readonly runtime: GatewayRuntime;
  attach(transport: ServerTransport, caller: Caller): void;
}

const LOOPBACK = '127.0.0.1';
const BROKER_RETRY_MS = 15_000;

/** Everything that listens: the console's web server, the command line's socket, and the broker for client devices. */
export function createFrontDoors(deps: DoorDeps, config: { settings: GatewaySettings; options: GatewayOptions }): FrontDoors {
  const { clock, logs, metrics, tracer, router, alarms, store, time } = deps;
  const { settings, options } = config;
  const log = logs.logger('gateway');
  const started: Service[] = [];
  const life = new AbortController();
  let broker: LocalBroker | null = null;
  let web: WebServer | null = null;
  const opened = Promise.withResolvers<LocalBroker>();
  opened.promise.catch(() => undefined);
  // Functions may publish to clients before the broker is open: their routes hold what comes until then.
  router.attach('local', {
    durable: false,
    async deliver(batch) {
      const { sink } = await opened.promise;
      await sink.deliver(batch);
    },
  });

  function makeWeb(port: number): WebServer {
    const health = () => {
      const { runtime } = deps;
      return {
        ready: runtime.ready(),
        status: runtime.status(),
        version: runtime.version,
        uptimeS: Math.round((clock.now() - runtime.startedAt) / 1000),
      };
    };
    return createWebServer(
      { attach: deps.attach, health, metrics: () => metrics.expose(), clock, log: logs.logger('web') },
      { port, host: LOOPBACK, rendererDir: options.rendererDir },
    );
  }
  async function startWeb(signal: AbortSignal): Promise<void> {
    const chosen = options.port ?? settings.console.port;
    let server = makeWeb(chosen ?? 8080);
    try {
      await server.start(signal);
    } catch (cause) {
      // Nobody chose this port, so another one serves as well; the address is printed anyway.
      if (chosen !== undefined || !(cause instanceof GatewayError && cause.code === 'api/port-in-use')) throw cause;
      log.info('gateway.console-port-taken', { port: 8080, message: 'Port 8080 is taken; the console uses another one.' });
      server = makeWeb(0);
      await server.start(signal);
    }
    web = server;
    started.push(server);
  }
  async function tryBroker(signal: AbortSignal): Promise<void> {
    const { createLocalBroker } = await import('../broker/local-broker.ts');
    const tls = settings.broker.tls && (await readBrokerTls(settings.broker.tls));
    const made = createLocalBroker(
      {
        clock,
        log: logs.logger('broker'),
        metrics,
        tracer,
        offer: (draft, waiter) => router.offer(draft, waiter),
        sessions: store.sessions,
        steady: time.steady,
      },
      {
        host: settings.broker.host,
        port: options.mqttPort ?? settings.broker.port ?? 1883,
        maxClients: settings.broker.maxClients,
        sessions: settings.sessions,
        ...(tls && { tls }),
      },
    );
    await made.start(signal);
    broker = made;
    started.push(made);
    opened.resolve(made);
    router.attach('local', made.sink);
    alarms.reconcile('broker', []);
  }
  /** A taken port must not stop devices, functions and cloud: it is an alarm, and tried again. */
  async function startBroker(signal: AbortSignal): Promise<void> {
    try {
      await tryBroker(signal);
    } catch (cause) {
      if (!(cause instanceof GatewayError) || life.signal.aborted) throw cause;
      log.error('broker.not-started', { cause });
      opened.reject(cause);
      router.attach('local', undefined);
      alarms.reconcile('broker', [
        { source: 'broker', code: cause.code, priority: 'high', message: cause.message, remedy: cause.remedy },
      ]);
      clock.after(BROKER_RETRY_MS, () => {
        if (!life.signal.aborted)
          startBroker(life.signal).catch((error: unknown) => log.error('broker.not-started', { cause: error }));
      });
    }
  }
  async function startSocket(signal: AbortSignal): Promise<void> {
    const socket = createSocketServer({ attach: deps.attach, log: logs.logger('socket') }, { dataDir: options.data });
    await socket.start(signal);
    started.push(socket);
  }
  return {
    async start(signal) {
      // All of them end before a fault is passed on: what opened late would otherwise stay open after the stop.
      const outcomes = await Promise.allSettled([startWeb(signal), startBroker(signal), startSocket(signal)]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    async stop() {
      life.abort();
      await Promise.all(started.map((service) => service.stop()));
    },
    broker: () => broker,
    consoleUrl: () => (web ? `http://${LOOPBACK}:${web.port}/` : null),
    async publishAsClient(id, message) {
      const source = { kind: 'client', id } as const;
      await router.publish({ ...message, source });
      await broker?.sink.deliver([{ ...message, source, sequence: 0, at: time.stamp(), hops: 0 }]);
    },
  };
}
