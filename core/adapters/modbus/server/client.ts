import type { Socket } from 'node:net';
import { createMbapFramer } from '../mbap-framer.ts';

/** Requests that may wait of one client; then its socket is not read until they are done. */
const MAX_WAITING = 16;

/** Answers one PDU; must not reject. */
export type AnswerPdu = (unit: number, pdu: Uint8Array) => Promise<Uint8Array>;

/** Who does not read his answers gets no more of them. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}

/** Serves one connection: one request after the other, in their order. A stream that is no Modbus TCP is closed. */
export function serveClient(socket: Socket, answer: AnswerPdu, heard: () => void): void {
  const framer = createMbapFramer();
  const waiting: { unit: number; transaction: number; pdu: Uint8Array }[] = [];
  let working = false;

  async function work(): Promise<void> {
    working = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const pdu = await answer(next.unit, next.pdu);
      if (socket.destroyed) break;
      if (!socket.write(framer.wrap(next.unit, next.transaction, pdu))) await drained(socket);
      if (socket.isPaused() && waiting.length < MAX_WAITING / 2) socket.resume();
    }
    working = false;
  }

  socket.on('error', () => {}); // `close` follows
  socket.on('data', (chunk) => {
    heard();
    for (const one of framer.push(chunk)) {
      if (one.kind === 'garbage') return void socket.destroy();
      waiting.push({ unit: one.unit, transaction: one.transaction, pdu: one.pdu });
    }
    if (waiting.length >= MAX_WAITING) socket.pause();
    if (!working) void work();
  });
}
