import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';
import { Rfc2217Link } from '../../../core/contract/document/links.ts';
import { openRfc2217Port } from '../../../core/transports/rfc2217-port.ts';
import { bytePortConformance, until } from '../../conformance/byte-port.suite.ts';
import { createRfc2217Server, type Rfc2217Server } from '../../fakes/rfc2217-server.ts';

const never = new AbortController().signal;
const link = (port: number, more: Record<string, unknown> = {}) =>
  Rfc2217Link.parse({ kind: 'rfc2217', host: '127.0.0.1', port, connectTimeoutMs: 1000, ...more });

bytePortConformance('RFC 2217', async () => {
  const server = await createRfc2217Server();
  const opened = await openRfc2217Port(link(server.port), systemClock, never);
  return {
    link: opened,
    send: async (bytes) => server.send(bytes),
    heard: () => Uint8Array.from(server.heard),
    vanish: async () => server.cut(),
    async dispose() {
      await opened.close();
      await server.close();
    },
  };
});

describe('a serial port behind a device server', () => {
  let server: Rfc2217Server;
  beforeEach(async () => {
    server = await createRfc2217Server();
  });
  afterEach(() => server.close());

  it('has its line set, and says how', async () => {
    const opened = await openRfc2217Port(
      link(server.port, { baudRate: 19_200, dataBits: 7, parity: 'even', stopBits: 2, dtr: false, rts: true }),
      systemClock,
      never,
    );
    expect(server.line).toMatchObject({ baudRate: 19_200, dataBits: 7, parity: 'even', stopBits: 2, dtr: false, rts: true });
    expect(opened.label).toBe(`127.0.0.1:${server.port}, 19200 7E2`);
    await opened.close();
  });

  it('leaves DTR and RTS alone where nothing is said of them', async () => {
    server.line.dtr = false;
    await (await openRfc2217Port(link(server.port), systemClock, never)).close();
    expect(server.line).toMatchObject({ dtr: false, rts: true, parity: 'none' });
  });

  it('switches modem lines, sends a break, and hears the other ones', async () => {
    const opened = await openRfc2217Port(link(server.port), systemClock, never);
    await expect(opened.serial?.lines()).rejects.toMatchObject({ code: 'link/not-supported' });
    await opened.serial?.set({ rts: false });
    await opened.serial?.sendBreak(1);
    expect(server.line).toMatchObject({ dtr: true, rts: false, breaks: 1 });
    server.sendRaw(255, 250, 44, 107, 0x90, 255, 240);
    server.send(Uint8Array.of(1));
    const got: number[] = [];
    opened.onData((chunk) => got.push(...chunk));
    await until(() => got.length === 1, 'a byte');
    expect(await opened.serial?.lines()).toEqual({ cts: true, dsr: false, dcd: true });
    await opened.close();
  });

  it('waits with what it sends while the server is full', async () => {
    const opened = await openRfc2217Port(link(server.port), systemClock, never);
    const got: number[] = [];
    opened.onData((chunk) => got.push(...chunk));
    server.sendRaw(255, 250, 44, 108, 255, 240, 1);
    await until(() => got.length === 1, 'the server has said that it is full');
    const sent = opened.write(Uint8Array.of(7));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.heard).toEqual([]);
    server.sendRaw(255, 250, 44, 109, 255, 240);
    await sent;
    await until(() => server.heard.length === 1, 'the byte arrives');
    await opened.close();
  });

  it('does not keep for later what the server takes too late', async () => {
    const opened = await openRfc2217Port(link(server.port, { connectTimeoutMs: 300 }), systemClock, never);
    const got: number[] = [];
    opened.onData((chunk) => got.push(...chunk));
    server.sendRaw(255, 250, 44, 108, 255, 240, 1);
    await until(() => got.length === 1, 'the server has said that it is full');
    await expect(opened.write(Uint8Array.of(7))).rejects.toMatchObject({ code: 'link/timeout' });
    server.sendRaw(255, 250, 44, 109, 255, 240, 2);
    await until(() => got.length === 2, 'the server takes data again');
    await opened.write(Uint8Array.of(8));
    await until(() => server.heard.length > 0, 'a byte arrives');
    expect(server.heard).toEqual([8]);
    await opened.close();
  });

  it('lets go of who waits to write when the server goes', async () => {
    const opened = await openRfc2217Port(link(server.port), systemClock, never);
    const got: number[] = [];
    opened.onData((chunk) => got.push(...chunk));
    server.sendRaw(255, 250, 44, 108, 255, 240, 1);
    await until(() => got.length === 1, 'the server has said that it is full');
    const sent = opened.write(Uint8Array.of(7));
    server.cut();
    await expect(sent).rejects.toMatchObject({ code: 'link/lost' });
  });
});

describe('a server that does not do what is asked', () => {
  it.each([
    ['no COM port control', { refuse: true }, 'link/not-supported', 'RFC 2217'],
    ['silence', { silent: true }, 'link/timeout', 'did not answer'],
    ['another baud rate', { baudRates: [9600] }, 'link/not-supported', '19200 baud'],
  ])('%s', async (_, options, code, words) => {
    const server = await createRfc2217Server(options);
    const opening = openRfc2217Port(link(server.port, { baudRate: 19_200, connectTimeoutMs: 200 }), systemClock, never);
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await until(() => !server.connected(), 'the connection is closed');
    await server.close();
  });

  it('gives up when it is told to', async () => {
    const server = await createRfc2217Server({ silent: true });
    const stop = new AbortController();
    const opening = openRfc2217Port(link(server.port), systemClock, stop.signal);
    await until(() => server.connected(), 'connected');
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await server.close();
  });
});
