import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';
import { openTcpPort } from '../../../core/transports/tcp-port.ts';
import { bytePortConformance, until } from '../../conformance/byte-port.suite.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const never = new AbortController().signal;

async function listen(): Promise<{ server: Server; port: number; sockets: Socket[]; heard: number[] }> {
  const sockets: Socket[] = [];
  const heard: number[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => heard.push(...chunk));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, sockets, heard };
}

const configOf = (port: number) => ({ kind: 'tcp', host: '127.0.0.1', port, connectTimeoutMs: 1000 }) as const;

bytePortConformance('TCP', async () => {
  const { server, port, sockets, heard } = await listen();
  const link = await openTcpPort(configOf(port), systemClock, never);
  await until(() => sockets.length === 1, 'the connection is accepted');
  return {
    link,
    send: async (bytes) => void sockets[0]?.write(bytes),
    heard: () => Uint8Array.from(heard),
    vanish: async () => void sockets[0]?.resetAndDestroy(),
    async dispose() {
      await link.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
});

describe('opening TCP', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('says that nobody listens', async () => {
    const found = await listen();
    await new Promise((resolve) => found.server.close(resolve));
    await expect(openTcpPort(configOf(found.port), systemClock, never)).rejects.toMatchObject({
      code: 'link/refused',
      message: expect.stringContaining(`127.0.0.1:${found.port}`),
    });
  });

  it('gives up by the clock where nobody answers', async () => {
    const clock = createManualClock();
    // TEST-NET-1 of RFC 5737: no such host anywhere
    const opening = openTcpPort({ ...configOf(502), host: '192.0.2.1', connectTimeoutMs: 3000 }, clock, never);
    const outcome = expect(opening).rejects.toMatchObject({ code: expect.stringMatching(/^link\/(timeout|failed)$/) });
    await clock.advance(3001);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it('stops when aborted', async () => {
    const stop = new AbortController();
    const opening = openTcpPort({ ...configOf(502), host: '192.0.2.1' }, createManualClock(), stop.signal);
    stop.abort(new Error('stopping'));
    await expect(opening).rejects.toThrow(/stopping|192\.0\.2\.1/);
  });

  it('reports a connection that the device closes in good order as lost', async () => {
    const found = await listen();
    server = found.server;
    const link = await openTcpPort(configOf(found.port), systemClock, never);
    await until(() => found.sockets.length === 1, 'accepted');
    found.sockets[0]?.end();
    expect(await link.closed).toMatchObject({ code: 'link/lost' });
  });
});
