import type { Client, PublishPacket } from 'aedes';
import { GatewayError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import type { ClientWindows } from './client-windows.ts';
import type { Clients } from './clients.ts';
import type { Pressure } from './pressure.ts';
import type { SiteBroker } from './site-broker.ts';
import { topicLevels } from './topic-levels.ts';

/** aedes' callback: with an error it closes the client without an acknowledgement. */
export type Verdict = (error?: Error | null) => void;

export interface AdmissionDeps {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly clients: Clients;
  readonly pressure: Pressure;
  readonly windows: ClientWindows;
  publish(draft: Draft): Promise<void> | undefined;
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
  function offer(draft: Draft): Promise<void> | undefined {
    try {
      return deps.publish(draft);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }
  function notAccepted(client: Client, cause: unknown): GatewayError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError('broker/not-accepted', `${clients.name(client)}: a message could not be taken (${why})`, { cause });
  }
  /** Holds a place in the client's window until the work is over. */
  function follow(client: Client, packet: PublishPacket, work: Promise<unknown>, ok: () => void, failed: Verdict): void {
    const bytes = packet.payload.length;
    windows.enter(client, bytes);
    work.then(
      () => {
        windows.leave(client, bytes);
        ok();
      },
      (cause: unknown) => {
        windows.leave(client, bytes);
        failed(notAccepted(client, cause));
      },
    );
  }

  function admit(client: Client, packet: PublishPacket, site: SiteBroker, done: Verdict): void {
    received.add();
    const taken = offer(draftOf(client, packet));
    if (taken === undefined && !pressure.active && !site.mustKeep(packet)) {
      done(null);
      return;
    }
    // What need not be kept aedes hands out itself, after the acknowledgement.
    const work = Promise.all([taken, pressure.relief()]).then(() =>
      site.mustKeep(packet) ? site.distribute(packet, null) : null,
    );
    follow(
      client,
      packet,
      work,
      () => done(null),
      (fault) => {
        if (packet.qos > 0) done(fault);
        else {
          refused.add();
          done(null);
        }
      },
    );
  }

  async function receive(client: Client, packet: PublishPacket, messageId: number, site: SiteBroker): Promise<void> {
    received.add();
    await Promise.all([offer(draftOf(client, packet)), pressure.relief()]);
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
    follow(client, packet, work, () => done(null), done);
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
