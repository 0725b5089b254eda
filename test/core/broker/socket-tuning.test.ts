import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { tuneSocket } from '../../../core/broker/socket-tuning.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

/** Both ends of a connection; the first one is tuned. */
async function pair(onRefused: (why: string) => void = () => {}): Promise<[Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const near = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const far = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const tuned = await near;
  server.close();
  for (const socket of [tuned, far]) {
    socket.on('error', () => {});
    open.push(socket);
  }
  tuneSocket(tuned, { maxPacketBytes: 1000, mayRead: () => true, onRefused });
  return [tuned, far];
}

describe('socket tuning', () => {
  it('puts pieces of every size on the wire unchanged and in order, over many turns', async () => {
    const [near, far] = await pair();
    const got: Buffer[] = [];
    const expected: Buffer[] = [];
    let length = 0;
    far.on('data', (chunk) => got.push(chunk));
    for (let turn = 0; turn < 50; turn += 1) {
      for (const size of [1, 2, 700, 9000, 3, 70_000, 8191, 8192, 0, 5]) {
        const piece = Buffer.alloc(size, (turn * 31 + size) & 255);
        near.write(piece);
        near.write(`§${turn}`);
        expected.push(piece, Buffer.from(`§${turn}`));
        length += size + Buffer.byteLength(`§${turn}`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (Buffer.concat(got).length < length) await new Promise((resolve) => far.once('data', resolve));
    expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true);
  });

  it('asks its writer to wait for a far end that does not read, and goes on afterwards', async () => {
    const [near, far] = await pair();
    far.pause();
    let wrote = 0;
    while (near.write(Buffer.alloc(60_000))) {
      wrote += 60_000;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const drained = new Promise<void>((resolve) => near.once('drain', () => resolve()));
    far.resume();
    await drained;
    expect(wrote).toBeGreaterThan(0);
    expect(near.writableLength).toBe(0);
  });

  it('closes the connection at the header of a packet that is too large', async () => {
    const refused: string[] = [];
    const [near, far] = await pair((why) => refused.push(why));
    near.on('readable', () => near.read());
    const gone = new Promise<void>((resolve) => near.once('close', () => resolve()));
    far.write(Buffer.from([0x30, 0xe9, 0x07]));
    await gone;
    expect(refused).toEqual(['too-large']);
  });
});
