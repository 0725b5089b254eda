import type { Socket } from 'node:net';
import type { Client, PublishPacket } from 'aedes';
import { isUp, keepAlive, whenDrained } from './aedes-inside.ts';
import type { Verdict } from './passage.ts';
import { createTopicReader, mayBePlain, type PlainPublish, packetEnd, readPlainPublish } from './plain-publish.ts';

export interface QuickPublishDeps {
  readonly socket: Socket;
  readonly client: Client;
  admit(client: Client, packet: PublishPacket, done: Verdict): void;
  /** Hands the admitted message to the subscriptions. */
  distribute(packet: PublishPacket): void;
}

/**
 * A short way for the packet that nearly all traffic consists of: a whole PUBLISH with QoS 0 or 1 of a connected client goes to the
 * router without a parser, a queue and two turns of the loop in between, and its acknowledgement is written when the router has it.
 * All other packets are for aedes, in their order; a DISCONNECT after the publishes before it are acknowledged.
 */
export interface QuickPublish {
  /** Takes what it can of `chunk`. Returns what aedes is to parse now; null for nothing. */
  take(chunk: Buffer): Buffer | null;
  /**
   * True while nothing may be read: a DISCONNECT that was put back into the socket waits for acknowledgements, or the client does not
   * read those it has got.
   */
  readonly waiting: boolean;
  /** So many bytes at the front of the next chunk were put back by the last `take`. */
  readonly putBack: number;
}

const NOTHING = Buffer.alloc(0);

const isDisconnect = (bytes: Buffer, at: number): boolean => (bytes[at] ?? 0) >> 4 === 14;

export function createQuickPublish(deps: QuickPublishDeps): QuickPublish {
  const { socket, client } = deps;
  const topics = createTopicReader();
  /** The beginning of a publish whose end has not come yet. */
  let part: Buffer = NOTHING;
  /** Bytes that aedes still needs for the packet whose beginning it has. */
  let owed = 0;
  let underWay = 0;
  let waiting = false;
  let mayEnd = false;
  let behind = false;
  let returned = 0;
  /** The writer copies it at once. */
  const puback = Buffer.from([0x40, 2, 0, 0]);

  /** Two turns on: acknowledgements leave our writer at the end of a turn (`gatherWrites`), and the connection ends at once. */
  function endSoon(): void {
    setImmediate(() =>
      setImmediate(() => {
        waiting = false;
        mayEnd = true;
        if (!client.closed) socket.emit('readable');
      }),
    );
  }
  /** The client does not read its acknowledgements: no more is taken of it until it does, or is given up. */
  function hold(): void {
    if (behind) return;
    behind = true;
    whenDrained(client, () => {
      behind = false;
      if (!client.closed) socket.emit('readable');
    });
  }
  function over(): void {
    underWay -= 1;
    if (waiting && underWay === 0) endSoon();
  }
  function publish(bytes: Buffer, { qos, retain, dup, topic, messageId, payloadFrom, end }: PlainPublish): void {
    const packet: PublishPacket = {
      cmd: 'publish',
      topic,
      payload: bytes.subarray(payloadFrom, end),
      qos,
      retain,
      dup,
    };
    if (qos > 0) packet.messageId = messageId;
    underWay += 1;
    deps.admit(client, packet, (error) => {
      if (error) client.emit('error', error);
      else if (!client.closed) {
        if (qos > 0) {
          puback.writeUInt16BE(messageId, 2);
          if (!socket.write(puback)) hold();
        }
        deps.distribute(packet);
      }
      over();
    });
  }
  /** Publishes what can be published from `from` on; returns where the first other packet, or an incomplete one, begins. */
  function publishFrom(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && mayBePlain(bytes[at] ?? 0) && !client.closed) {
      const end = packetEnd(bytes, at);
      if (end === null || end > bytes.length) break;
      const plain = readPlainPublish(bytes, at, end, topics);
      if (!plain) break;
      publish(bytes, plain);
      at = end;
    }
    return at;
  }
  /** Where the packets for aedes that begin at `from` end: before a plain publish, a DISCONNECT, or a header that is not whole. */
  function forAedes(bytes: Buffer, from: number, up: boolean): number {
    let at = from;
    do {
      const end = packetEnd(bytes, at);
      if (end === null) return at;
      if (end > bytes.length) {
        owed = end - bytes.length;
        return bytes.length;
      }
      at = end;
    } while (at < bytes.length && !(up && (mayBePlain(bytes[at] ?? 0) || isDisconnect(bytes, at))));
    return at;
  }
  /** Into the socket, not into a variable of ours: it must not end before these have been read. */
  function putBack(bytes: Buffer): void {
    returned = bytes.length;
    if (returned > 0) socket.unshift(bytes);
  }
  return {
    get waiting() {
      return waiting || behind;
    },
    get putBack() {
      return returned;
    },
    take(chunk) {
      returned = 0;
      if (owed > 0) {
        const mine = chunk.subarray(0, owed);
        owed -= mine.length;
        putBack(chunk.subarray(mine.length));
        return mine;
      }
      const bytes = part.length > 0 ? Buffer.concat([part, chunk]) : chunk;
      part = NOTHING;
      const up = isUp(client);
      if (up) keepAlive(client);
      const at = up ? publishFrom(bytes, 0) : 0;
      if (at === bytes.length || client.closed) return null;
      const end = packetEnd(bytes, at);
      const isPart = end === null || (up && mayBePlain(bytes[at] ?? 0) && end > bytes.length);
      if (isPart) {
        part = Buffer.from(bytes.subarray(at)); // a copy: the whole chunk would stay in memory for it
        return null;
      }
      if (up && !mayEnd && isDisconnect(bytes, at)) {
        waiting = true;
        putBack(bytes.subarray(at));
        if (underWay === 0) endSoon();
        return null;
      }
      const to = forAedes(bytes, at, up);
      putBack(bytes.subarray(to));
      return bytes.subarray(at, to);
    },
  };
}
