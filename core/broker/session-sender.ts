import type { Client, PublishPacket } from 'aedes';
import { deliveriesOf, grantedQos } from './aedes-inside.ts';
import type { BrokerMemory } from './broker-memory.ts';
import { SEND_WINDOW } from './memory-limits.ts';
import type { KeptPacket } from './packet-records.ts';
import type { Entry } from './session-queue.ts';

/** Sends a client with a persistent session what its queue holds, in order, while it is connected. */
export interface SessionSender {
  /** The client has its CONNACK: what waits goes out. */
  begin(): void;
  end(): void;
}

/** So many bytes go out before the line is asked whether it takes them. */
const STEP_BYTES = 64 * 1024;

const pubrel = (messageId: number): Buffer => Buffer.from([0x62, 2, messageId >> 8, messageId & 255]);

/**
 * Takes the place of aedes' own deliveries for this client: a message with QoS 1 or 2 is in its session's queue before it comes to
 * the subscriptions, so what they get is only the sign that it is there. Sent as far as the client acknowledges; the others wait.
 */
export function createSessionSender(client: Client, memory: BrokerMemory): SessionSender {
  const inside = deliveriesOf(client);
  const { deliver0, deliverQoS } = inside;
  let running = false;
  let again = false;

  inside.deliver0 = (packet, done) => {
    // Another of its subscriptions asked for this message with QoS 1 or 2.
    if (packet.qos > 0 && grantedQos(client, packet.topic) > 0) setImmediate(done);
    else deliver0(packet, done);
  };
  inside.deliverQoS = (packet, done) => {
    if (packet.qos === 0) deliver0(packet, done);
    else if (packet.retain) sendRetained(packet, done);
    else setImmediate(done);
  };

  /** Comes with a new subscription and is not queued; its message id must not be one that is under way. */
  function sendRetained(packet: PublishPacket, done: () => void): void {
    const queue = memory.book.get(client.id)?.queue;
    if (!queue || grantedQos(client, packet.topic) === 0) deliver0(packet, done);
    else deliverQoS(Object.assign(packet, { messageId: queue.looseId() }), done);
  }
  function write({ packet }: Entry): Promise<void> {
    const { messageId = 0 } = packet;
    if (packet.cmd === 'pubrel') {
      client.conn.write(pubrel(messageId));
      return Promise.resolve();
    }
    // Without the broker's counter: aedes would take what is older than the last one it sent for a duplicate.
    const { brokerId: _id, brokerCounter: _counter, ...rest } = packet;
    const publish: Omit<KeptPacket, 'brokerId' | 'brokerCounter'> = rest;
    return new Promise((resolve) => deliverQoS({ ...publish, messageId, cmd: 'publish' }, resolve));
  }
  async function sendAll(): Promise<void> {
    for (;;) {
      const session = memory.book.get(client.id);
      if (!session || session.wake !== wake || client.closed) return;
      const { queue } = session;
      const batch = queue.unsent(SEND_WINDOW - queue.inFlight);
      if (batch.length === 0) return;
      if (batch.some(({ packet }) => packet.messageId === undefined)) await memory.assignIds(session, batch);
      let step = 0;
      for (const entry of batch) {
        if (client.closed || session.wake !== wake) return;
        if (entry.sent || !queue.has(entry)) continue;
        queue.markSent(entry);
        const written = write(entry);
        step += entry.bytes;
        if (step < STEP_BYTES) continue;
        step = 0;
        await written;
      }
    }
  }
  async function run(): Promise<void> {
    running = true;
    do {
      again = false;
      await sendAll();
    } while (again);
    running = false;
  }
  function wake(): void {
    if (running) again = true;
    else void run();
  }
  return {
    begin() {
      const session = memory.book.get(client.id);
      if (!session) return;
      session.queue.restart();
      session.wake = wake;
      wake();
    },
    end() {
      const session = memory.book.get(client.id);
      if (session?.wake === wake) session.wake = null;
    },
  };
}
