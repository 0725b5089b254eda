import { afterEach, expect, it } from 'vitest';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';

export interface TransportUnderTest {
  readonly client: Transport<ClientFrame, ServerFrame>;
  readonly server: Transport<ServerFrame, ClientFrame>;
  /** Makes the client stop reading, where the transport can tell what waits; else null. */
  readonly stallClient: (() => void) | null;
  cleanUp(): Promise<void>;
}

const call = (id: number, input: unknown = {}): ClientFrame => ({ t: 'call', id, method: 'm', input });

/** The first `count` frames that come. */
function collect<In>(transport: Transport<never, In>, count: number): Promise<In[]> {
  const frames: In[] = [];
  return new Promise((resolve) => {
    transport.onFrame((frame) => {
      frames.push(frame);
      if (frames.length === count) resolve(frames);
    });
  });
}

/** What every transport promises: whole frames, in order, an end that both sides see. */
export function transportConformance(name: string, build: () => Promise<TransportUnderTest>): void {
  let sut: TransportUnderTest | null = null;
  const start = async (): Promise<TransportUnderTest> => {
    sut = await build();
    return sut;
  };
  afterEach(async () => {
    await sut?.cleanUp();
    sut = null;
  });

  it(`${name} carries frames in order, both ways`, async () => {
    const { client, server } = await start();
    const up = collect(server as Transport<never, ClientFrame>, 500);
    const down = collect(client as Transport<never, ServerFrame>, 500);
    for (let i = 0; i < 500; i += 1) {
      client.send(call(i));
      server.send({ t: 'ok', id: i, output: null });
    }
    expect((await up).map((frame) => ('id' in frame ? frame.id : -1))).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect((await down).map((frame) => ('id' in frame ? frame.id : -1))).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it(`${name} carries a frame of 4 MB, with line ends and characters of every length`, async () => {
    const { client, server } = await start();
    const text = 'a\n\u0000\r\u2028é€😀'.repeat(250_000);
    const got = collect(server as Transport<never, ClientFrame>, 1);
    client.send(call(1, { text }));
    expect(await got).toEqual([call(1, { text })]);
  });

  it(`${name} keeps frames that come before anybody listens`, async () => {
    const { client, server } = await start();
    server.send({ t: 'hello', protocol: 1, version: 'x' });
    client.send(call(1));
    await collect(server as Transport<never, ClientFrame>, 1);
    server.send({ t: 'beat' });
    const frames = await collect(client as Transport<never, ServerFrame>, 2);
    expect(frames.map((frame) => frame.t)).toEqual(['hello', 'beat']);
  });

  it(`${name} stops telling a listener that has left`, async () => {
    const { client, server } = await start();
    const left: unknown[] = [];
    const off = server.onFrame((frame) => left.push(frame));
    off();
    const got = collect(server as Transport<never, ClientFrame>, 1);
    client.send(call(1));
    await got;
    expect(left).toEqual([]);
  });

  for (const end of ['client', 'server'] as const) {
    it(`${name} lets both sides see that the ${end} closed, after what was sent before`, async () => {
      const { client, server } = await start();
      const got = end === 'client' ? collect(server as never, 1) : collect(client as never, 1);
      if (end === 'client') client.send(call(7));
      else server.send({ t: 'ok', id: 7, output: null });
      (end === 'client' ? client : server).close();
      await Promise.all([client.closed, server.closed]);
      expect(await got).toMatchObject([{ id: 7 }]);
    });
  }

  it(`${name} takes sends and closes after the end without harm`, async () => {
    const { client, server } = await start();
    client.close();
    await Promise.all([client.closed, server.closed]);
    expect(() => {
      client.send(call(1));
      server.send({ t: 'beat' });
      client.close();
      server.close();
    }).not.toThrow();
  });

  it(`${name} tells how much waits for a client that does not read`, async () => {
    const { client, server, stallClient } = await start();
    const got = collect(client as Transport<never, ServerFrame>, 1);
    server.send({ t: 'beat' });
    await got;
    if (stallClient === null) {
      expect(server.buffered).toBe(0);
      return;
    }
    stallClient();
    for (let i = 0; i < 16; i += 1) server.send({ t: 'ok', id: i, output: 'x'.repeat(1_000_000) });
    expect(server.buffered).toBeGreaterThan(1_000_000);
    server.close();
    await server.closed;
  });
}
