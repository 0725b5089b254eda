import type { Socket } from 'node:net';
import type { Transport } from '../../contract/wire.ts';
import { createInbox } from './inbox.ts';

/** How long a peer that does not read may hold up the end of its connection. */
const LINGER_MS = 5000;
const LINGER_BYTES = 1_048_576;

/** Cuts a byte stream into lines. Null once a line was longer than `maxBytes`. */
export function createLineSplitter(maxBytes: number): (chunk: Buffer) => string[] | null {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      size += end - from;
      if (size > maxBytes) return null;
      lines.push(Buffer.concat([...parts, chunk.subarray(from, end)]).toString('utf8'));
      parts = [];
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    size += chunk.length - from;
    return size > maxBytes ? null : lines;
  };
}

/**
 * Frames as one line of JSON each over a local socket, either side. A line beyond `maxLineBytes` ends the connection;
 * a line that is not JSON reaches the listener as `undefined`.
 */
export function createLineTransport<Out, In>(socket: Socket, options: { readonly maxLineBytes: number }): Transport<Out, In> {
  const inbox = createInbox<In>();
  const split = createLineSplitter(options.maxLineBytes);
  const closed = new Promise<void>((resolve) => {
    if (socket.destroyed) resolve();
    socket.once('close', () => resolve());
  });
  function take(line: string): void {
    let frame: unknown;
    try {
      frame = JSON.parse(line);
    } catch {
      frame = undefined;
    }
    inbox.push(frame as In); // the listener parses it
  }
  socket.on('data', (chunk: Buffer) => {
    const lines = split(chunk);
    if (lines === null) socket.destroy();
    else for (const line of lines) if (line.trim() !== '') take(line);
  });
  socket.on('error', () => socket.destroy()); // `close` follows, and says all that matters here
  return {
    send(frame) {
      if (socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
    },
    onFrame: inbox.onFrame,
    get buffered() {
      return socket.writableLength;
    },
    closed,
    close() {
      if (socket.writableLength > LINGER_BYTES) return void socket.destroy();
      socket.setTimeout(LINGER_MS, () => socket.destroy());
      socket.destroySoon();
    },
  };
}
