import { createServer, type Socket } from 'node:net';
import { type Answer, type Arrival, arrivalOf } from './ledger.ts';
import {
  connack,
  countFilters,
  createPacketReader,
  disconnect,
  type Packet,
  PINGRESP,
  puback,
  readPublish,
  suback,
  TYPE,
} from './wire.ts';

/** What the cloud of the harness does to the next messages. Numbers count down; 0 is nothing. */
export interface Mischief {
  /** PUBACKs that are not sent although the message was taken. */
  missing: number;
  /** PUBACKs that are sent twice. */
  doubled: number;
  /** Messages answered with `refusedReason`: never will be taken. */
  refused: number;
  refusedReason: number;
  /** Messages that are found too large: whenever they come the connection is closed, as AWS IoT Core does. */
  tooLarge: number;
  /** Messages answered with "quota exceeded": not now. */
  declined: number;
  /** Every connection is turned away with this CONNACK reason. */
  turnAway: number;
}

/** The far end: a ledger of what came in, by whatever broker. */
export interface FarEnd {
  readonly kind: 'own' | 'mosquitto';
  readonly port: number;
  readonly arrivals: readonly Arrival[];
  /** Resolves after the `nth` next arrival. */
  next(nth?: number): Promise<void>;
  /** The longest time between two arrivals, in ms. */
  readonly longestSilenceMs: number;
  close(): Promise<void>;
}

export interface OwnFarEnd extends FarEnd {
  readonly kind: 'own';
  readonly mischief: Mischief;
  /** How often a connection was closed because of a message that is too large. */
  readonly hangUps: number;
  /** Tells all connections to go (MQTT 5 reason 0x97, quota) and closes them. */
  closeAll(): void;
}

/** The ledger and its bells, shared by both kinds. */
export function createIntake(): Pick<FarEnd, 'arrivals' | 'next'> & { add(arrival: Arrival): void; readonly longestMs: number } {
  const arrivals: Arrival[] = [];
  const waiting = new Set<{ left: number; readonly resolve: () => void }>();
  let lastAt = 0;
  let longestMs = 0;
  return {
    arrivals,
    add(arrival) {
      const now = performance.now();
      if (lastAt > 0) longestMs = Math.max(longestMs, now - lastAt);
      lastAt = now;
      arrivals.push(arrival);
      for (const one of waiting) {
        one.left -= 1;
        if (one.left > 0) continue;
        waiting.delete(one);
        one.resolve();
      }
    },
    next: (nth = 1) => new Promise((resolve) => waiting.add({ left: nth, resolve })),
    get longestMs() {
      return longestMs;
    },
  };
}

const NOT_AUTHORISED = 0x87;
const QUOTA_EXCEEDED = 0x97;
const PACKET_TOO_LARGE = 0x95;

/** A cloud of our own: as little MQTT 5 as the gateway needs, with a ledger, that misbehaves when told to. */
export async function startOwnFarEnd(): Promise<OwnFarEnd> {
  const intake = createIntake();
  const sockets = new Set<Socket>();
  let connectedBefore = false;
  const mischief: Mischief = {
    missing: 0,
    doubled: 0,
    refused: 0,
    refusedReason: NOT_AUTHORISED,
    tooLarge: 0,
    declined: 0,
    turnAway: 0,
  };
  const tooLarge = new Set<string>();
  let hangUps = 0;

  const spend = (what: keyof Mischief): boolean => {
    if (mischief[what] === 0) return false;
    mischief[what] -= 1;
    return true;
  };
  function onPublish(socket: Socket, packet: Packet): void {
    const { topic, id, properties, payload } = readPublish(packet);
    const message = properties.get('id') ?? '';
    if (tooLarge.has(message) || spend('tooLarge')) {
      tooLarge.add(message);
      hangUps += 1;
      intake.add(arrivalOf(topic, payload, properties, 'refused'));
      socket.end(disconnect(PACKET_TOO_LARGE));
      return;
    }
    const answer: Answer = spend('refused') ? 'refused' : spend('declined') ? 'declined' : 'taken';
    const reason = { taken: 0, refused: mischief.refusedReason, declined: QUOTA_EXCEEDED }[answer];
    intake.add(arrivalOf(topic, payload, properties, answer));
    if (answer === 'taken' && spend('missing')) return;
    socket.write(puback(id, reason));
    if (answer === 'taken' && spend('doubled')) socket.write(puback(id, reason));
  }
  function onPacket(socket: Socket, packet: Packet): void {
    const { type, body } = packet;
    // What is still under way on a connection that was replaced or closed must not count (MQTT 5 sections 3.1.4 and 4.13.1).
    if (socket.destroyed || socket.writableEnded) return;
    if (type === TYPE.connect) {
      for (const other of sockets) if (other !== socket) other.destroy();
      socket.write(connack(connectedBefore, mischief.turnAway));
      if (mischief.turnAway !== 0) socket.end();
      else connectedBefore = true;
    } else if (type === TYPE.publish) onPublish(socket, packet);
    else if (type === TYPE.subscribe) socket.write(suback(body.readUInt16BE(0), countFilters(packet)));
    else if (type === TYPE.pingreq) socket.write(PINGRESP);
    else if (type === TYPE.disconnect) socket.end();
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.on(
      'data',
      createPacketReader((packet) => onPacket(socket, packet)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the far end has no port');
  return {
    kind: 'own',
    port: address.port,
    mischief,
    arrivals: intake.arrivals,
    next: intake.next,
    get longestSilenceMs() {
      return intake.longestMs;
    },
    get hangUps() {
      return hangUps;
    },
    closeAll() {
      for (const socket of sockets) socket.end(disconnect(QUOTA_EXCEEDED));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
