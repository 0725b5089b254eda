import { connect as connectTcp, type Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { createMetrics, type Metrics } from '../../../core/base/metrics.ts';
import type { LocalBroker } from '../../../core/broker/broker.ts';
import { createLocalBroker, type LocalBrokerDeps, type LocalBrokerOptions } from '../../../core/broker/local-broker.ts';
import type { Draft, Message } from '../../../core/contract/message.ts';
import type { Tracer } from '../../../core/router/tracer.ts';

export const noTracer: Tracer = {
  begin: () => undefined,
  hop: () => {},
  askNext: () => {},
  traces: () => [],
  onChanged: () => () => {},
};

let sequence = 0;
export function message(topic: string, payload: string | Uint8Array = 'x', more: Partial<Message> = {}): Message {
  sequence += 1;
  return {
    topic,
    payload: Buffer.from(payload),
    qos: 0,
    retain: false,
    source: { kind: 'device', id: 'meter' },
    sequence,
    at: { wallMs: 0, monoMs: 0, bootId: 'boot', trust: 'synced' },
    hops: 0,
    ...more,
  };
}

/** `onMessage` hears also what comes together with the CONNACK. */
export type ClientOptions = IClientOptions & { onMessage?: (payload: Buffer) => void };

export interface Bench {
  readonly broker: LocalBroker;
  readonly port: number;
  readonly drafts: Draft[];
  readonly metrics: Metrics;
  readonly records: LogRecord[];
  /** What the router answers from now on. */
  answer: (draft: Draft) => Promise<void> | undefined;
  client(id: string, options?: ClientOptions): Promise<MqttClient>;
  raw(): Promise<Socket>;
  close(): Promise<void>;
}

/** A running broker on a free port, a router that takes note, and clients that are closed with it. */
export async function startBench(
  options: Partial<LocalBrokerOptions> = {},
  more: Partial<Pick<LocalBrokerDeps, 'sessions' | 'steady' | 'clock'>> & { answer?: Bench['answer'] } = {},
): Promise<Bench> {
  const drafts: Draft[] = [];
  const metrics = createMetrics();
  const hub = createLogHub({ clock: systemClock }, { keep: 500, level: 'debug' });
  const clients: MqttClient[] = [];
  const sockets: Socket[] = [];
  const records: LogRecord[] = [];
  hub.onRecord((record) => records.push(record));
  const broker = createLocalBroker(
    {
      clock: more.clock ?? systemClock,
      log: hub.logger('broker'),
      metrics,
      tracer: noTracer,
      ...(more.sessions && { sessions: more.sessions }),
      ...(more.steady && { steady: more.steady }),
      offer(draft, waiter) {
        drafts.push(draft);
        const taken = answer(draft);
        taken?.then(
          () => waiter.done(),
          (cause: unknown) => waiter.failed(cause instanceof Error ? cause : new Error(String(cause))),
        );
        return taken === undefined;
      },
    },
    { port: 0, maxClients: 20, ...options },
  );
  let bench: Bench | null = null;
  const answer: Bench['answer'] = (draft) => (bench ?? { answer: more.answer ?? (() => undefined) }).answer(draft);
  await broker.start(AbortSignal.timeout(5000));
  const port = broker.status().port ?? 0;
  bench = {
    broker,
    port,
    drafts,
    metrics,
    records,
    answer: more.answer ?? (() => undefined),
    client(id, { onMessage, ...more } = {}) {
      const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId: id, reconnectPeriod: 0, ...more });
      client.on('message', (_topic, payload) => onMessage?.(payload));
      clients.push(client);
      return new Promise((resolve, reject) => {
        client.once('connect', () => resolve(client));
        client.once('error', reject);
        client.on('error', () => {});
      });
    },
    raw() {
      const socket = connectTcp(port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => {});
      return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
    },
    async close() {
      for (const client of clients) client.end(true);
      for (const socket of sockets) socket.destroy();
      await broker.stop();
    },
  };
  return bench;
}

/** Resolves when `test` holds; fails after five seconds. */
export async function until(test: () => boolean, what = 'condition'): Promise<void> {
  const end = performance.now() + 5000;
  while (!test()) {
    if (performance.now() > end) throw new Error(`timed out waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
    socket.resume();
  });

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

export function packet(header: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    const more = rest >= 128;
    length.push((rest % 128) + (more ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

/** Packets as they are on the wire, also those that no client library would send. */
export const wire = {
  connect: (id: string, will?: { topic: string; payload: string }, clean = true): Buffer =>
    packet(
      0x10,
      Buffer.concat([
        text('MQTT'),
        Buffer.from([4, (will ? 0x04 : 0) | (clean ? 0x02 : 0), 0, 0]),
        text(id),
        ...(will ? [text(will.topic), text(will.payload)] : []),
      ]),
    ),
  publish: (topic: string, payload: string | Buffer, id?: number): Buffer =>
    packet(
      id === undefined ? 0x30 : 0x32,
      Buffer.concat([text(topic), id === undefined ? Buffer.alloc(0) : Buffer.from([id >> 8, id & 255]), Buffer.from(payload)]),
    ),
  publish2: (topic: string, payload: string, id: number, dup: boolean): Buffer =>
    packet(dup ? 0x3c : 0x34, Buffer.concat([text(topic), Buffer.from([id >> 8, id & 255]), Buffer.from(payload)])),
  pubrel: (id: number): Buffer => packet(0x62, Buffer.from([id >> 8, id & 255])),
  pubrec: (id: number): Buffer => packet(0x50, Buffer.from([id >> 8, id & 255])),
  subscribe: (topic: string, id = 1, qos = 0): Buffer =>
    packet(0x82, Buffer.concat([Buffer.from([id >> 8, id & 255]), text(topic), Buffer.from([qos])])),
  unsubscribe: (topic: string, id = 1): Buffer => packet(0xa2, Buffer.concat([Buffer.from([id >> 8, id & 255]), text(topic)])),
};
