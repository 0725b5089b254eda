import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createLineSplitter, createLineTransport } from '../../../core/api/frames/line-transport.ts';
import { createWebSocketTransport } from '../../../core/api/websocket-transport.ts';
import { transportConformance } from '../../conformance/transport.suite.ts';
import { createMemoryPair } from '../../fakes/memory-transport.ts';

describe('memory pair', () => {
  transportConformance('memory', async () => {
    const { client, server } = createMemoryPair();
    return { client, server, stallClient: () => server.stall(), cleanUp: async () => {} };
  });
});

describe('WebSocket', () => {
  transportConformance('WebSocket', async () => {
    const listener = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 16_000_000 });
    await new Promise((resolve) => listener.once('listening', resolve));
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const taken = new Promise<WebSocket>((resolve) => listener.once('connection', resolve));
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}`);
    const client = createWebSocketTransport<never, never>(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    return {
      client: client as never,
      server: createWebSocketTransport(await taken),
      stallClient: () => socket.pause(),
      cleanUp: async () => {
        socket.terminate();
        for (const one of listener.clients) one.terminate();
        await new Promise((resolve) => listener.close(resolve));
      },
    };
  });
});

describe('local socket', () => {
  transportConformance('local socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gh-line-'));
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(join(folder, 's'), resolve));
    const taken = new Promise<Socket>((resolve) => listener.once('connection', resolve));
    const socket = connect(join(folder, 's'));
    const client = createLineTransport(socket, { maxLineBytes: 16_000_000 });
    const other = await taken;
    return {
      client: client as never,
      server: createLineTransport(other, { maxLineBytes: 16_000_000 }),
      stallClient: () => socket.pause(),
      cleanUp: async () => {
        socket.destroy();
        other.destroy();
        await new Promise((resolve) => listener.close(resolve));
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});

describe('line splitter', () => {
  it('puts lines together whatever the chunks, and refuses one that is too long', () => {
    const bytes = Buffer.from('one\ntw€o\n\nthree\n');
    for (let size = 1; size <= bytes.length; size += 1) {
      const split = createLineSplitter(6);
      const lines: string[] = [];
      for (let i = 0; i < bytes.length; i += size) lines.push(...(split(bytes.subarray(i, i + size)) ?? ['refused']));
      expect(lines).toEqual(['one', 'tw€o', '', 'three']);
    }
    expect(createLineSplitter(6)(Buffer.from('1234567'))).toBeNull();
    expect(createLineSplitter(6)(Buffer.from('1234567\n'))).toBeNull();
  });
});
