import type { WebSocket } from 'ws';
import type { Transport } from '../contract/wire.ts';
import { createInbox } from './frames/inbox.ts';

/**
 * Frames as JSON text over a WebSocket of the `ws` package, either side. What is not JSON reaches the listener as
 * `undefined`, so that the one who knows frames counts it as a bad one.
 */
export function createWebSocketTransport<Out, In>(socket: WebSocket): Transport<Out, In> {
  const inbox = createInbox<In>();
  const closed = new Promise<void>((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    socket.once('close', () => resolve());
  });
  socket.on('message', (data, isBinary) => {
    let frame: unknown;
    try {
      frame = isBinary ? undefined : JSON.parse(String(data));
    } catch {
      frame = undefined;
    }
    inbox.push(frame as In); // the listener parses it
  });
  socket.on('error', () => socket.terminate()); // `close` follows, and says all that matters here
  return {
    send(frame) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    },
    onFrame: inbox.onFrame,
    get buffered() {
      return socket.bufferedAmount;
    },
    closed,
    close() {
      if (socket.readyState === socket.CLOSED) return;
      // A peer that reads nothing would hold a polite farewell for ever.
      if (socket.bufferedAmount > 1_048_576) socket.terminate();
      else socket.close();
    },
  };
}
