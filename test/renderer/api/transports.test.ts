import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientFrame, ServerFrame } from '../../../core/contract/wire.ts';
import { openIpcTransport } from '../../../renderer/api/ipc-transport.ts';
import { apiAddress, connectWebSocket } from '../../../renderer/api/websocket-transport.ts';

class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static last: FakeSocket | null = null;
  readyState = 0;
  readonly bufferedAmount = 7;
  readonly sent: string[] = [];
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.last = this;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  hear(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

describe('WebSocket transport', () => {
  beforeEach(() => vi.stubGlobal('WebSocket', FakeSocket));
  afterEach(() => vi.unstubAllGlobals());

  async function opened() {
    const opening = connectWebSocket('ws://gateway/api');
    const socket = FakeSocket.last;
    if (!socket) throw new Error('no socket was made');
    socket.open();
    return { socket, transport: await opening };
  }

  it('finds core where the page came from', () => {
    expect(apiAddress({ protocol: 'http:', host: 'box:8080' })).toBe('ws://box:8080/api');
    expect(apiAddress({ protocol: 'https:', host: 'box' })).toBe('wss://box/api');
  });

  it('carries frames as JSON and says what waits', async () => {
    const { socket, transport } = await opened();
    const heard: ServerFrame[] = [];
    transport.onFrame((frame) => heard.push(frame));
    transport.send({ t: 'beat' });
    socket.hear('{"t":"beat"}');
    expect(socket.sent).toEqual(['{"t":"beat"}']);
    expect(heard).toEqual([{ t: 'beat' }]);
    expect(transport.buffered).toBe(7);
  });

  it.each(['not json', '17', '{}', new ArrayBuffer(2)])('hangs up on what is no frame: %s', async (data) => {
    const { socket, transport } = await opened();
    socket.hear(data);
    await expect(transport.closed).resolves.toBeUndefined();
  });

  it('sends nothing after the end', async () => {
    const { socket, transport } = await opened();
    socket.close();
    transport.send({ t: 'beat' });
    expect(socket.sent).toEqual([]);
  });

  it('rejects when nobody answers', async () => {
    const opening = connectWebSocket('ws://gateway/api');
    FakeSocket.last?.close();
    await expect(opening).rejects.toMatchObject({ code: 'api/disconnected' });
  });
});

describe('bridge transport', () => {
  it('passes frames through and lets go of the bridge when closed', async () => {
    const sent: ClientFrame[] = [];
    const listeners = new Set<(frame: ServerFrame) => void>();
    const transport = openIpcTransport({
      send: (frame) => sent.push(frame),
      onFrame(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    const heard: ServerFrame[] = [];
    transport.onFrame((frame) => heard.push(frame));
    transport.send({ t: 'beat' });
    for (const listener of listeners) listener({ t: 'beat' });
    expect([sent.length, heard.length]).toEqual([1, 1]);
    transport.close();
    await transport.closed;
    transport.send({ t: 'beat' });
    expect(sent).toHaveLength(1);
    expect(listeners.size).toBe(0);
  });
});
