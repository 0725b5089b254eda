import { connect, createServer, type Socket } from 'node:net';

export type ProxyMode = 'pass' | 'blackhole' | 'refuse';

export interface FaultProxy {
  readonly port: number;
  /** `pass`; `blackhole`: bytes vanish both ways, sockets stay open; `refuse`: new connections are closed at once. */
  setMode(mode: ProxyMode): void;
  /** Cuts all open connections with a TCP reset. */
  resetAll(): void;
  /** Holds every chunk back for so long, in order; 0 passes at once. */
  setDelay(ms: number): void;
  /** Lets so many bytes a second through each way of each connection; 0: as many as come. */
  setRate(bytesPerS: number): void;
  /** Where new connections go: for a peer that comes back on another port. */
  setTarget(port: number): void;
  readonly connections: number;
  close(): Promise<void>;
}

/** A TCP proxy on loopback between a client and `targetPort`, for cutting lines. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let mode: ProxyMode = 'pass';
  let target = targetPort;
  let delayMs = 0;
  let bytesPerS = 0;
  let connections = 0;
  const open = new Set<Socket>();
  function carry(from: Socket, to: Socket): void {
    // A chunk never overtakes one that is held back, also when the delay is changed meanwhile.
    const held: Buffer[] = [];
    const release = (): void => {
      const chunk = held.shift();
      if (chunk && to.writable) to.write(chunk);
    };
    from.on('data', (chunk) => {
      if (mode === 'blackhole') return;
      if (bytesPerS > 0) {
        from.pause();
        setTimeout(() => from.resume(), (chunk.length / bytesPerS) * 1000);
      }
      if (delayMs === 0 && held.length === 0) to.write(chunk);
      else {
        held.push(chunk);
        setTimeout(release, delayMs);
      }
    });
    from.on('end', () => mode !== 'blackhole' && to.end());
    from.on('error', () => {});
    from.on('close', () => {
      open.delete(from);
      if (mode !== 'blackhole') to.destroy();
    });
  }
  const server = createServer((near) => {
    connections += 1;
    near.setNoDelay(true);
    near.on('error', () => {});
    if (mode === 'refuse') {
      near.resetAndDestroy();
      return;
    }
    open.add(near);
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    open.add(far);
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  return {
    port: address.port,
    setMode(next) {
      mode = next;
    },
    resetAll() {
      for (const socket of open) socket.resetAndDestroy();
    },
    setDelay(ms) {
      delayMs = ms;
    },
    setRate(next) {
      bytesPerS = next;
    },
    setTarget(port) {
      target = port;
    },
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
