import { type AddressInfo, createServer, type Socket } from 'node:net';

const IAC = 255;
const [SB, SE, WILL, DO, WONT, DONT] = [250, 240, 251, 253, 252, 254];
const COM_PORT = 44;

/** What a client has set. */
export interface ServedLine {
  baudRate: number;
  dataBits: number;
  parity: 'none' | 'odd' | 'even';
  stopBits: number;
  dtr: boolean;
  rts: boolean;
  breaks: number;
}

export interface Rfc2217Server {
  readonly port: number;
  readonly line: ServedLine;
  /** Data bytes that came from the client, oldest first. */
  readonly heard: number[];
  readonly connected: () => boolean;
  /** Called with data bytes; a device at the line would answer here. */
  onData: (bytes: Uint8Array) => void;
  send(bytes: Uint8Array): void;
  /** As they are, with their commands. */
  sendRaw(...bytes: number[]): void;
  /** The client's connection is cut. */
  cut(): void;
  close(): Promise<void>;
}

const PARITIES = { 1: 'none', 2: 'odd', 3: 'even' } as const;
const isParity = (value: number): value is keyof typeof PARITIES => value in PARITIES;

/**
 * A device server with COM port control (RFC 2217), written for tests on its own: it knows how its line was set, parity too, which no pseudo
 * terminal keeps. `baudRates`: those it can do; another one is answered with the rate it keeps. `refuse`: it has no COM port control.
 */
export async function createRfc2217Server(
  options: { readonly baudRates?: readonly number[]; readonly refuse?: boolean; readonly silent?: boolean } = {},
): Promise<Rfc2217Server> {
  let socket: Socket | undefined;
  const sockets = new Set<Socket>();
  const line: ServedLine = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1, dtr: true, rts: true, breaks: 0 };
  const heard: number[] = [];
  const doubled = (bytes: Iterable<number>): number[] => [...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]));
  const raw = (...bytes: number[]): void => void socket?.write(Uint8Array.from(bytes));
  const answer = (command: number, ...value: number[]): void => raw(IAC, SB, COM_PORT, command + 100, ...doubled(value), IAC, SE);

  function control(value: number): void {
    if (value === 5) line.breaks += 1;
    if (value === 8 || value === 9) line.dtr = value === 8;
    if (value === 11 || value === 12) line.rts = value === 11;
    answer(5, value);
  }
  function command(code: number, value: readonly number[]): void {
    const [first = 0] = value;
    if (code === 1) {
      const asked = Buffer.from(value).readUInt32BE(0);
      if (!options.baudRates || options.baudRates.includes(asked)) line.baudRate = asked;
      const now = Buffer.alloc(4);
      now.writeUInt32BE(line.baudRate);
      answer(1, ...now);
    } else if (code === 2) {
      line.dataBits = first;
      answer(2, first);
    } else if (code === 3) {
      if (isParity(first)) line.parity = PARITIES[first];
      answer(3, first);
    } else if (code === 4) {
      line.stopBits = first;
      answer(4, first);
    } else if (code === 5) control(first);
  }
  function option(verb: number, number: number): void {
    if (verb === WILL && number === COM_PORT && !options.silent) raw(IAC, options.refuse ? DONT : DO, COM_PORT);
    else if (verb === DO && number !== 0 && number !== 3) raw(IAC, WONT, number);
  }

  const server = createServer((one) => {
    socket = one;
    sockets.add(one);
    one.on('error', () => {});
    one.on('close', () => sockets.delete(one));
    let pending: number[] = [];
    raw(IAC, WILL, 1, IAC, WILL, 3, IAC, WILL, 0, IAC, DO, 0);
    one.on('data', (chunk) => {
      pending.push(...chunk);
      pending = read(pending);
    });
  });
  /** Takes what is complete; gives back the rest. */
  function read(bytes: number[]): number[] {
    const data: number[] = [];
    let at = 0;
    scan: while (at < bytes.length) {
      const byte = bytes[at] ?? 0;
      const next = bytes[at + 1];
      if (byte !== IAC) {
        data.push(byte);
        at += 1;
      } else if (next === undefined) break;
      else if (next === IAC) {
        data.push(IAC);
        at += 2;
      } else if (next === SB) {
        const body: number[] = [];
        let end = at + 2;
        for (; ; end += 1) {
          if (end + 1 >= bytes.length) break scan;
          if (bytes[end] === IAC && bytes[end + 1] === SE) break;
          if (bytes[end] === IAC) end += 1;
          body.push(bytes[end] ?? 0);
        }
        if (body[0] === COM_PORT) command(body[1] ?? 0, body.slice(2));
        at = end + 2;
      } else {
        const number = bytes[at + 2];
        if (number === undefined) break;
        option(next, number);
        at += 3;
      }
    }
    heard.push(...data);
    if (data.length > 0) served.onData(Uint8Array.from(data));
    return bytes.slice(at);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: Rfc2217Server = {
    port: (server.address() as AddressInfo).port,
    line,
    heard,
    connected: () => sockets.size > 0,
    onData: () => {},
    send: (bytes) => raw(...doubled(bytes)),
    sendRaw: raw,
    cut: () => socket?.destroy(),
    async close() {
      for (const one of sockets) one.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}
