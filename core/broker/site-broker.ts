import { Aedes, type AedesOptions, type PublishPacket } from 'aedes';
import type { Message } from '../contract/message.ts';
import type { BrokerMemory } from './broker-memory.ts';
import { createFanout, type Fanout } from './fanout.ts';
import { copyPacket, type KeptPacket } from './packet-records.ts';
import type { Incoming } from './persistence.ts';

type Done = (error?: Error) => void;
const noop = (): void => {};

/**
 * aedes with a short way for the ordinary message: one that is not retained goes straight to the subscriptions while no persistent
 * session asks for messages with QoS 1 or 2. All others are on disk before they are handed out or acknowledged.
 */
export class SiteBroker extends Aedes {
  readonly memory: BrokerMemory;
  readonly #fanout: Fanout<PublishPacket>;
  readonly #onDropped: () => void;
  /** Packets that `distribute` has handed out; aedes brings them once more after the acknowledgement. */
  readonly #distributed = new WeakSet<PublishPacket>();
  /** Topics with messages that wait for the disk: what comes behind them must not overtake. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(options: AedesOptions, memory: BrokerMemory, onDropped: () => void) {
    const fanout = createFanout<PublishPacket>();
    super({ ...options, mq: fanout, persistence: memory });
    this.memory = memory;
    this.#fanout = fanout;
    this.#onDropped = onDropped;
  }

  /** False for the ordinary message. */
  mustKeep({ retain, qos, topic }: Pick<PublishPacket, 'retain' | 'qos' | 'topic'>): boolean {
    return retain || (qos > 0 && this.memory.book.keeping > 0) || (this.#waiting.size > 0 && this.#waiting.has(topic));
  }

  /**
   * Keeps what must be kept, then hands the message to the subscriptions; null where both are done. Rejects with `store/*` when
   * it could not be kept; it is then not handed out either.
   */
  distribute(packet: PublishPacket, incoming: Incoming | null): Promise<void> | null {
    const { topic } = packet;
    const kept: KeptPacket = { ...copyPacket({ ...packet, cmd: 'publish' }) };
    if (packet.retain && !this.memory.mayRetain(kept)) {
      this.#onDropped();
      kept.retain = false;
      packet.retain = false;
    }
    const stored = this.memory.keep(kept, incoming);
    const before = this.#waiting.get(topic);
    if (!before && (!stored || packet.qos === 0)) {
      this.#handOut(packet);
      return stored;
    }
    const work = this.#handOutAfter(packet, stored, before);
    this.#waiting.set(topic, work);
    const finished = (): void => {
      if (this.#waiting.get(topic) === work) this.#waiting.delete(topic);
    };
    work.then(finished, finished);
    return work;
  }

  async #handOutAfter(packet: PublishPacket, stored: Promise<void> | null, before: Promise<void> | undefined): Promise<void> {
    const [outcome] = await Promise.allSettled([stored, before]);
    if (outcome.status === 'rejected') throw outcome.reason;
    this.#handOut(packet);
  }

  #handOut(packet: PublishPacket): void {
    this.#distributed.add(packet);
    this.#fanout.emit(packet);
  }

  /** aedes calls it with (packet, client, done) or (packet, done). */
  override publish(packet: PublishPacket, ...rest: unknown[]): void {
    if (packet.topic.startsWith('$SYS/')) {
      Reflect.apply(super.publish, this, [packet, ...rest]);
      return;
    }
    const last = typeof rest[0] === 'function' ? rest[0] : rest[1];
    const done = typeof last === 'function' ? (last as Done) : undefined;
    if (this.#distributed.has(packet)) {
      if (done) setImmediate(done);
    } else if (!this.mustKeep(packet)) this.#fanout.emit(packet, done);
    else {
      const stored = this.distribute(packet, null);
      if (stored) stored.then(() => done?.(), done ?? noop);
      else if (done) setImmediate(done);
    }
  }

  /** A message of the router to the clients. null where it is done; else it rejects with `store/*` when it could not be kept. */
  send(message: Message): Promise<void> | null {
    const { payload } = message;
    const packet: PublishPacket = {
      cmd: 'publish',
      topic: message.topic,
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      qos: message.qos,
      retain: message.retain,
      dup: false,
    };
    if (this.mustKeep(packet)) return this.distribute(packet, null);
    this.#fanout.emit(packet);
    return null;
  }
}
