import { connect, type Socket } from 'node:net';
import type { Chance } from './chance.ts';
import type { Promises } from './ledger.ts';
import { makePayload } from './payload.ts';
import { connectKeeping, createPacketReader, type Packet, publishPacket, pubrel, TYPE } from './wire.ts';

export interface ClientOptions {
  readonly port: number;
  /** MQTT client id, series and last level of the topic. */
  readonly name: string;
  readonly qos: 1 | 2;
  readonly window: number;
  readonly maxBytes: number;
}

/** One client device: MQTT 3.1.1, keeps its session, and offers again after a reconnect what was not acknowledged, in order. */
export interface Client {
  start(): void;
  /** Messages a second from now on. */
  setRate(perS: number): void;
  /** Nothing new is sent; what is not acknowledged is offered on. */
  readonly unanswered: number;
  readonly connects: number;
  close(): void;
}

export type ClientEvent = 'offered' | 'acknowledged';

export interface ClientDeps {
  readonly promises: Promises;
  readonly chance: Chance;
  on(event: ClientEvent): void;
}

interface Pending {
  readonly n: number;
  readonly id: number;
  readonly payload: Buffer;
  /** QoS 2: PUBREC has come, so only the release is repeated. */
  received: boolean;
  sentAt: number;
}

const TICK_MS = 10;
const RECONNECT_MS = 20;
/** A gateway that has not answered for so long is left and asked anew. */
const PATIENCE_MS = 5000;
const MOST_IDS = 60_000;

export function createClient(deps: ClientDeps, options: ClientOptions): Client {
  const { promises, chance } = deps;
  const topic = `g/${options.name}`;
  const pending = new Map<number, Pending>();
  let socket: Socket | null = null;
  let online = false;
  let last = 0;
  let perS = 0;
  let due = 0;
  let connects = 0;
  let closed = false;
  let tick: NodeJS.Timeout | null = null;
  let tickedAt = performance.now();

  function offer(one: Pending, repeat: boolean): void {
    one.sentAt = performance.now();
    if (one.received) socket?.write(pubrel(one.id));
    else {
      promises.offered(options.name, one.n);
      socket?.write(publishPacket(topic, one.payload, options.qos, one.id, repeat));
    }
    deps.on('offered');
  }
  function done(id: number): void {
    const one = pending.get(id);
    if (!one) return;
    pending.delete(id);
    promises.acknowledged(options.name, one.n);
    deps.on('acknowledged');
  }
  function onPacket({ type, body }: Packet): void {
    if (type === TYPE.connack) {
      if (body[1] !== 0) return void socket?.destroy();
      online = true;
      connects += 1;
      for (const one of pending.values()) offer(one, true);
      return;
    }
    const id = body.readUInt16BE(0);
    if (type === TYPE.puback && options.qos === 1) done(id);
    if (type === TYPE.pubcomp) done(id);
    if (type !== TYPE.pubrec) return;
    const one = pending.get(id);
    if (one) one.received = true;
    socket?.write(pubrel(id));
  }
  function open(): void {
    if (closed) return;
    const own = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    socket = own;
    own.on('data', createPacketReader(onPacket));
    own.on('error', () => {});
    own.once('connect', () => own.write(connectKeeping(options.name)));
    own.once('close', () => {
      if (socket === own) socket = null;
      online = false;
      setTimeout(open, RECONNECT_MS);
    });
  }
  function send(): void {
    last += 1;
    const payload = makePayload({ series: options.name, n: last }, chance.int(8, options.maxBytes), chance);
    const one: Pending = { n: last, id: (last % MOST_IDS) + 1, payload, received: false, sentAt: 0 };
    pending.set(one.id, one);
    offer(one, false);
  }
  function onTick(): void {
    const now = performance.now();
    due = Math.min(due + ((now - tickedAt) * perS) / 1000, options.window);
    tickedAt = now;
    if (!online) return;
    const [oldest] = pending.values();
    if (oldest && now - oldest.sentAt > PATIENCE_MS) return void socket?.destroy();
    while (due >= 1 && pending.size < options.window) {
      due -= 1;
      send();
    }
  }
  return {
    start() {
      open();
      tick = setInterval(onTick, TICK_MS);
    },
    setRate(next) {
      perS = next;
      if (next === 0) due = 0;
    },
    get unanswered() {
      return pending.size;
    },
    get connects() {
      return connects;
    },
    close() {
      closed = true;
      if (tick) clearInterval(tick);
      socket?.destroy();
    },
  };
}
