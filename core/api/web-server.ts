import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import { isLoopback, refusal, securityHeaders } from './frames/guard.ts';
import { findFile } from './frames/static-files.ts';
import type { ServerTransport } from './server.ts';
import type { Caller } from './sources.ts';
import { createWebSocketTransport } from './websocket-transport.ts';

export interface HealthReport {
  readonly ready: boolean;
  readonly status: string;
  readonly version: string;
  readonly uptimeS: number;
}

export interface WebServerDeps {
  attach(transport: ServerTransport, caller: Caller): void;
  health(): HealthReport;
  /** Prometheus text. */
  metrics(): string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface WebServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** The folder of the built console. */
  readonly rendererDir: string;
  readonly pingMs?: number;
  readonly maxClients?: number;
}

export interface WebServer extends Service {
  /** The port that is listened on; 0 before the start. */
  readonly port: number;
}

const MAX_PAYLOAD = 6 * 1_048_576;
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gatehouse</title>
<h1>The console is not built yet</h1><p>The gateway runs. Build its console with <code>npm run build</code>, then reload this page.</p></html>`;

function listenFault(cause: NodeJS.ErrnoException, host: string, port: number): GatewayError {
  if (cause.code === 'EADDRINUSE')
    return new GatewayError('api/port-in-use', `port ${port} is in use by another program`, { cause, details: { port } });
  return new GatewayError('api/listen-failed', `cannot listen on ${host} port ${port}`, { cause, details: { port } });
}

/** Serves the console, its WebSocket at /api, /healthz and /metrics, on this machine only. */
export function createWebServer(deps: WebServerDeps, options: WebServerOptions): WebServer {
  const { log, clock } = deps;
  const { pingMs = 20_000, maxClients = 64 } = options;
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 }, onRequest);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  let port = 0;
  let clients = 0;
  let stopPings: () => void = () => {};

  /** True when the request was not let in; it has been logged. */
  function isForeign(request: IncomingMessage): boolean {
    const why = refusal(request, port);
    if (why === null) return false;
    const from = why === 'host' ? `the name "${request.headers.host ?? ''}"` : `the page ${request.headers.origin ?? ''}`;
    log.warn('api.foreign-request-refused', {
      cause: new GatewayError(
        'api/foreign-origin',
        `a request from ${from.slice(0, 200)} to ${request.url?.slice(0, 100)} was refused`,
      ),
    });
    return true;
  }

  function answer(response: ServerResponse, status: number, type: string, body: string, isHead: boolean): void {
    response.writeHead(status, {
      ...securityHeaders(port),
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(isHead ? undefined : body);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isHead = request.method === 'HEAD';
    const text = (status: number, body: string): void => answer(response, status, 'text/plain; charset=utf-8', body, isHead);
    if (isForeign(request)) return text(403, 'This gateway answers only its own console.\n');
    if (request.method !== 'GET' && !isHead) {
      response.setHeader('allow', 'GET, HEAD');
      return text(405, 'Only GET and HEAD are allowed.\n');
    }
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    if (path === '/healthz') {
      const { ready, ...report } = deps.health();
      return answer(response, ready ? 200 : 503, 'application/json; charset=utf-8', `${JSON.stringify(report)}\n`, isHead);
    }
    if (path === '/metrics') return answer(response, 200, 'text/plain; version=0.0.4; charset=utf-8', deps.metrics(), isHead);
    if (path === '/api') return text(426, 'This is the address of a WebSocket.\n');
    const file = await findFile(options.rendererDir, path);
    if (file === null) {
      if (path === '/' && (await findFile(options.rendererDir, '/index.html')) === null)
        return answer(response, 503, 'text/html; charset=utf-8', NOT_BUILT, isHead);
      return text(404, 'There is no such page.\n');
    }
    response.writeHead(200, {
      ...securityHeaders(port),
      'content-type': file.type,
      'content-length': file.bytes,
      'cache-control': file.cacheControl,
    });
    if (isHead) response.end();
    else await pipeline(file.open(), response);
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.resume(); // a body is of no interest, and unread it would hold the connection
    serve(request, response).catch((cause: unknown) => {
      log.debug('api.request-failed', { url: request.url, cause });
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'text/plain; charset=utf-8', 'The gateway could not answer.\n', request.method === 'HEAD');
    });
  }

  function upgradeRefusal(request: IncomingMessage): string | null {
    if (isForeign(request)) return '403 Forbidden';
    if ((request.url ?? '').split('?', 1)[0] !== '/api') return '404 Not Found';
    return sockets.clients.size >= maxClients ? '503 Service Unavailable' : null;
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const why = upgradeRefusal(request);
    if (why !== null) {
      socket.end(`HTTP/1.1 ${why}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      clients += 1;
      alive.add(client);
      client.on('pong', () => alive.add(client));
      deps.attach(createWebSocketTransport(client), { kind: 'console', id: `browser-${clients}` });
    });
  }

  function pingAll(): void {
    for (const client of sockets.clients) {
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }

  return {
    name: 'web-server',
    async start(signal) {
      signal.throwIfAborted();
      if (!isLoopback(options.host))
        throw new GatewayError('api/not-loopback', `the console cannot be served on ${options.host}: it has no sign-in yet`);
      server.on('upgrade', onUpgrade);
      await new Promise<void>((resolve, reject) => {
        server.once('error', (cause) => reject(listenFault(cause, options.host, options.port)));
        server.listen(options.port, options.host, resolve);
      });
      server.on('error', (cause) => log.error('api.web-server-failed', { cause }));
      port = (server.address() as AddressInfo).port; // a TCP server's address is of this kind
      stopPings = clock.every(pingMs, pingAll);
      log.info('api.console-served', { url: `http://${options.host}:${port}` });
    },
    async stop() {
      stopPings();
      for (const client of sockets.clients) client.terminate();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
    get port() {
      return port;
    },
  };
}
