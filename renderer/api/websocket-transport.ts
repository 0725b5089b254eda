import { createEmitter } from '../../core/base/emitter.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { ClientTransport } from '../../core/contract/client.ts';
import type { ServerFrame } from '../../core/contract/wire.ts';

/** Where the page came from, as a WebSocket address: `ws://gateway.local:8080/api`. */
export function apiAddress(page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/api`;
}

function isFrame(frame: unknown): frame is ServerFrame {
  return typeof frame === 'object' && frame !== null && 't' in frame && typeof frame.t === 'string';
}

function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return isFrame(frame) ? frame : null;
  } catch {
    return null;
  }
}

function wrap(socket: WebSocket): ClientTransport {
  const frames = createEmitter<ServerFrame>();
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    const frame = readFrame(event.data);
    if (frame) frames.emit(frame);
    else socket.close(); // a peer that does not speak our frames is no gateway; the client tries again
  });
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    onFrame: (listener) => frames.on(listener),
    get buffered() {
      return socket.bufferedAmount;
    },
    closed,
    close: () => socket.close(),
  };
}

/** Opens one connection to core over a WebSocket. Rejects with `api/disconnected` when nobody answers. */
export function connectWebSocket(url: string): Promise<ClientTransport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const transport = wrap(socket);
    socket.addEventListener('open', () => resolve(transport), { once: true });
    socket.addEventListener('close', () => reject(new GatewayError('api/disconnected', `no gateway answers at ${url}`)), {
      once: true,
    });
  });
}
