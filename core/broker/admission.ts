import type { Client, PublishPacket } from 'aedes';
import { GatewayError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import { createLater, type Waiter } from '../router/waiter.ts';
import type { ClientWindows } from './client-windows.ts';
import type { Clients } from './clients.ts';
import { Passage, type PassageDeps, type Verdict } from './passage.ts';
import type { Pressure } from './pressure.ts';
import type { SiteBroker } from './site-broker.ts';
import { topicLevels } from './topic-levels.ts';

export interface AdmissionDeps {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly clients: Clients;
  readonly pressure: Pressure;
  readonly windows: ClientWindows;
  /** The router's: true when taken at once, else the waiter is told. */
  offer(draft: Draft, waiter: Waiter): boolean;
  /** null while the broker is stopping. */
  site(): SiteBroker | null;
}

/**
 * Between a client's publish (or will) and the router. The client's acknowledgement waits for the verdict: nothing is acknowledged
 * that the router has not taken, and nothing before it is on disk for the sessions that are to have it. A QoS 0 message that the
 * router does not take is counted; the other clients get it all the same.
 */
export function createAdmission(
  deps: AdmissionDeps,
  maxTopicLevels: number,
): (client: Client | null, packet: PublishPacket, done: Verdict) => void {
  const { tracer, pressure, clients, windows } = deps;
  const received = deps.metrics.counter('gatehouse_broker_received_total', 'Messages that clients published');
  const refused = deps.metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not passed on', {
    reason: 'not-accepted',
  });
  /**
   * QoS 2 messages on their way to the router, by their session: a client that comes back meanwhile and sends one again waits
   * for the first. A clean session ends with its connection, so there the connection counts.
   */
  const underWay = new Map<string | Client, Map<number, Promise<void>>>();

  function draftOf(client: Client, { topic, payload, qos, retain }: PublishPacket): Draft {
    const { source, place } = clients.recordOf(client);
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const traceId = tracer.begin(place, topic);
    if (traceId === undefined) return { topic, payload: bytes, qos, retain, source };
    tracer.hop(traceId, 'wire', place, `${topic}, ${bytes.length} bytes`);
    return { topic, payload: bytes, qos, retain, source, traceId };
  }
  function offer(draft: Draft, waiter: Waiter): boolean {
    try {
      return deps.offer(draft, waiter);
    } catch (cause) {
      waiter.failed(cause instanceof Error ? cause : new Error(String(cause)));
      return false;
    }
  }
  function notAccepted(client: Client, cause: unknown): GatewayError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError('broker/not-accepted', `${clients.name(client)}: a message could not be taken (${why})`, { cause });
  }
  /** Holds a place in the client's window until `work` is over. */
  function follow(client: Client, bytes: number, work: Promise<unknown>, done: Verdict): void {
    windows.enter(client, bytes);
    work.then(
      () => {
        windows.leave(client, bytes);
        done(null);
      },
      (cause: unknown) => {
        windows.leave(client, bytes);
        done(notAccepted(client, cause));
      },
    );
  }

  const passages: PassageDeps = { pressure, windows, refused, notAccepted };

  function admit(client: Client, packet: PublishPacket, site: SiteBroker, verdict: Verdict): void {
    received.add();
    const passage = new Passage(passages, client, packet, site, verdict);
    if (offer(draftOf(client, packet), passage)) passage.done();
    else passage.wait();
  }

  async function receive(client: Client, packet: PublishPacket, messageId: number, site: SiteBroker): Promise<void> {
    received.add();
    const later = createLater();
    const taken = offer(draftOf(client, packet), later) ? undefined : later.promise();
    await Promise.all([taken, pressure.relief()]);
    const { id, clean } = client;
    await site.distribute(packet, { client: id, messageId, clean, open: () => !client.closed });
  }

  /** QoS 2 repeats the publish until it is released; the router gets it once, over reconnects and restarts too. */
  function admitOnce(client: Client, packet: PublishPacket, site: SiteBroker, done: Verdict): void {
    const messageId = packet.messageId ?? 0;
    if (site.memory.hasReceived(client.id, messageId)) {
      done(null);
      return;
    }
    const owner = client.clean ? client : client.id;
    const pending = underWay.get(owner) ?? new Map<number, Promise<void>>();
    const known = pending.get(messageId);
    if (!known && !site.memory.mayReceive(client.id, pending.size)) {
      done(new Error('too many QoS 2 messages wait for their release'));
      return;
    }
    const work = known ?? receive(client, packet, messageId, site);
    if (!known) {
      underWay.set(owner, pending.set(messageId, work));
      const over = (): void => {
        pending.delete(messageId);
        if (pending.size === 0 && underWay.get(owner) === pending) underWay.delete(owner);
      };
      work.then(over, over);
    }
    follow(client, packet.payload.length, work, done);
  }

  return (client, packet, done) => {
    const { topic } = packet;
    const site = deps.site();
    if (client === null) done(null);
    else if (site === null) done(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
    // A will comes here before aedes looks at its topic.
    else if (topicLevels(topic) > maxTopicLevels) done(new Error('topic has too many levels'));
    else if (topic.charCodeAt(0) === 36 && topic.startsWith('$SYS/')) done(new Error('topic is reserved'));
    // A will has no message id: nobody repeats it.
    else if (packet.qos < 2 || packet.messageId === undefined) admit(client, packet, site, done);
    else admitOnce(client, packet, site, done);
  };
}
