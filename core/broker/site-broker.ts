import { Aedes, type AedesOptions, type PublishPacket } from 'aedes';
import type { Message } from '../contract/message.ts';
import { createFanout, type Fanout } from './fanout.ts';
import { createRetainedLimit, limitSessions, type MemoryLimits } from './memory-limits.ts';

type Done = (error?: Error) => void;
const noop = (): void => {};

/**
 * aedes with a short way for the ordinary message. Its own `publish` asks the session store about every message and makes
 * several promises and closures for it; a message that is not retained needs that only while a persistent session exists.
 */
export class SiteBroker extends Aedes {
  readonly #fanout: Fanout<PublishPacket>;
  /** Set by the owner when a client with a persistent session subscribes for the first time. */
  keepsSessions = false;

  readonly #mayRetain: (packet: PublishPacket) => boolean;
  readonly #onDropped: () => void;

  constructor(options: AedesOptions, mayRetain: (packet: PublishPacket) => boolean, onDropped: () => void) {
    const fanout = createFanout<PublishPacket>();
    super({ ...options, mq: fanout });
    this.#fanout = fanout;
    this.#mayRetain = mayRetain;
    this.#onDropped = onDropped;
  }

  /** aedes calls it with (packet, client, done) or (packet, done). */
  override publish(packet: PublishPacket, ...rest: unknown[]): void {
    if (packet.retain && !this.#mayRetain(packet)) {
      this.#onDropped();
      packet.retain = false;
    }
    if (packet.retain || (packet.qos > 0 && this.keepsSessions) || packet.topic.startsWith('$SYS/')) {
      Reflect.apply(super.publish, this, [packet, ...rest]);
      return;
    }
    const done = typeof rest[0] === 'function' ? rest[0] : rest[1];
    this.#fanout.emit(packet, typeof done === 'function' ? (done as Done) : noop);
  }

  /** A message of the router to the clients. */
  send(message: Message): void {
    const { payload } = message;
    const packet: PublishPacket = {
      cmd: 'publish',
      topic: message.topic,
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      qos: message.qos,
      retain: message.retain,
      dup: false,
    };
    if (packet.retain || (packet.qos > 0 && this.keepsSessions)) this.publish(packet, noop);
    else this.#fanout.emit(packet);
  }
}

/** `onDropped` is called for every message that is not kept for a client that is away, and every one that is not retained. */
export async function startSiteBroker(options: AedesOptions, limits: MemoryLimits, onDropped: () => void): Promise<SiteBroker> {
  const broker = new SiteBroker(options, createRetainedLimit(limits), onDropped);
  await broker.listen();
  limitSessions(broker, limits, onDropped);
  return broker;
}
