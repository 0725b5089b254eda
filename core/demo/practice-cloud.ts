import { createServer, type Server, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type { Aedes } from 'aedes';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import { createRing } from '../base/ring.ts';
import type { Service } from '../base/service.ts';
import type { LineState } from '../contract/views.ts';

export interface PracticeMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly at: number;
}

/** A broker on this machine in the role of the cloud, with a line that can be cut. Speaks MQTT 3.1.1. */
export interface PracticeCloud extends Service {
  /** 0 until started. */
  readonly port: number;
  /**
   * `cut`: connections are reset and new ones closed at once. `blackhole`: connections stay open, nothing comes through.
   * Back to `up` from a black hole, connections that lost bytes are reset.
   */
  setLine(state: LineState): void;
  line(): { readonly state: LineState; readonly since: number; readonly received: number };
  /** The line changed or a message came. */
  onChanged(listener: () => void): () => void;
  /** The newest messages, oldest first. */
  recent(): readonly PracticeMessage[];
  /** Sends a message to the gateway, QoS 1. Waits in the gateway's session while the line is cut. */
  publish(topic: string, payload: Uint8Array | string): Promise<void>;
}

interface Line {
  readonly socket: Socket;
  /** Bytes were swallowed: the connection can no longer be used. */
  torn: boolean;
}

/** Keeps the newest `keep` messages (500 unless told). The broker behind it is loaded with the first connection. */
export function createPracticeCloud(
  deps: { readonly clock: Clock; readonly log: Logger },
  options: { readonly keep?: number } = {},
): PracticeCloud {
  const { clock, log } = deps;
  const changed = createEmitter<void>();
  const ring = createRing<PracticeMessage>(options.keep ?? 500);
  const lines = new Set<Line>();
  let state: LineState = 'up';
  let since = markNow(clock);
  let received = 0;
  let port = 0;
  let server: Server | null = null;
  let broker: Promise<Aedes> | null = null;
  let stopped = false;

  async function load(): Promise<Aedes> {
    const { Aedes } = await import('aedes');
    const made = await Aedes.createBroker({ concurrency: 1000, drainTimeout: 15_000 });
    made.on('publish', (packet, client) => {
      if (client === null) return;
      received += 1;
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      ring.push({ topic: packet.topic, payload, qos: packet.qos, at: clock.now() });
      changed.emit();
    });
    for (const event of ['clientError', 'connectionError'] as const) {
      made.on(event, (_client, cause) => log.debug('practice-cloud.client-error', { cause }));
    }
    return made;
  }
  const ready = (): Promise<Aedes> => {
    broker ??= load();
    return broker;
  };

  /** Copies one way while the line is up, swallows in a black hole. */
  function carry(line: Line, from: Duplex, to: Duplex): void {
    from.on('data', (chunk: Buffer) => {
      if (state === 'blackhole') line.torn = true;
      if (line.torn) return;
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  }

  async function accept(socket: Socket): Promise<void> {
    socket.on('error', () => {});
    if (state === 'cut' || stopped) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const line: Line = { socket, torn: false };
    lines.add(line);
    const [near, far] = duplexPair();
    const part = (): void => {
      lines.delete(line);
      socket.destroy();
      near.destroy();
      far.destroy();
    };
    near.on('error', () => {});
    far.on('error', () => {});
    socket.once('close', part);
    near.once('close', () => {
      if (state !== 'blackhole') part();
    });
    const aedes = await ready();
    if (stopped || socket.destroyed) return part();
    aedes.handle(far);
    carry(line, socket, near);
    carry(line, near, socket);
  }

  function setLine(next: LineState): void {
    if (next === state) return;
    const before = state;
    state = next;
    since = markNow(clock);
    log.info('practice-cloud.line', { state });
    for (const line of lines) {
      if (next === 'cut') line.socket.resetAndDestroy();
      else if (before === 'blackhole' && next === 'up' && line.torn) line.socket.resetAndDestroy();
    }
    changed.emit();
  }

  return {
    name: 'practice-cloud',
    get port() {
      return port;
    },
    setLine,
    line: () => ({ state, since: since.wallMs(), received }),
    onChanged: (listener) => changed.on(listener),
    recent: () => ring.items(),
    async publish(topic, payload) {
      if (stopped) throw new GatewayError('gateway/stopping', 'The practice cloud is not running.');
      const aedes = await ready();
      const bytes = Buffer.from(payload);
      await new Promise<void>((resolve, reject) => {
        aedes.publish({ cmd: 'publish', topic, payload: bytes, qos: 1, retain: false, dup: false }, (cause) => {
          if (cause) reject(cause);
          else resolve();
        });
      });
    },
    async start(signal) {
      signal.throwIfAborted();
      const made = createServer((socket) => {
        accept(socket).catch((cause: unknown) => {
          log.error('practice-cloud.failed', { cause });
          socket.destroy();
        });
      });
      await new Promise<void>((resolve, reject) => {
        made.once('error', reject);
        made.listen(0, '127.0.0.1', resolve);
      });
      server = made;
      const address = made.address();
      port = typeof address === 'object' && address ? address.port : 0;
    },
    async stop() {
      stopped = true;
      const closing = server;
      server = null;
      for (const line of lines) line.socket.destroy();
      if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
      const aedes = await broker?.catch(() => null);
      if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
