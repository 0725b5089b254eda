import type { Client, PublishPacket } from 'aedes';
import { GatewayError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Draft } from '../contract/message.ts';
import type { Tracer } from '../router/tracer.ts';
import type { SessionStore } from './aedes-inside.ts';
import type { Clients } from './clients.ts';
import type { Pressure } from './pressure.ts';
import { topicLevels } from './topic-levels.ts';

/** aedes' callback: with an error it closes the client without an acknowledgement. */
export type Verdict = (error?: Error | null) => void;

export interface AdmissionDeps {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly clients: Clients;
  readonly pressure: Pressure;
  publish(draft: Draft): Promise<void> | undefined;
  /** null while the broker is stopping. */
  sessions(): SessionStore | null;
}

/**
 * Between a client's publish (or will) and the router. The client's acknowledgement waits for the verdict: nothing is acknowledged
 * that the router has not taken. A QoS 0 message that the router does not take is counted; the other clients get it all the same.
 */
export function createAdmission(
  deps: AdmissionDeps,
  maxTopicLevels: number,
): (client: Client | null, packet: PublishPacket, done: Verdict) => void {
  const { tracer, pressure, clients } = deps;
  const received = deps.metrics.counter('gatehouse_broker_received_total', 'Messages that clients published');
  const refused = deps.metrics.counter('gatehouse_broker_dropped_total', 'QoS 0 messages not passed on', {
    reason: 'not-accepted',
  });

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

  function admit(client: Client, packet: PublishPacket, done: Verdict): void {
    received.add();
    const { qos } = packet;
    const taken = offer(draftOf(client, packet));
    if (taken === undefined && !pressure.active) {
      done(null);
      return;
    }
    Promise.all([taken, pressure.relief()]).then(
      () => done(null),
      (cause: unknown) => {
        if (qos > 0) {
          const why = cause instanceof Error ? cause.message : String(cause);
          done(
            new GatewayError('broker/not-accepted', `${clients.name(client)}: a message could not be taken (${why})`, { cause }),
          );
          return;
        }
        refused.add();
        done(null);
      },
    );
  }

  return (client, packet, done) => {
    const { topic } = packet;
    const sessions = deps.sessions();
    if (client === null) done(null);
    else if (sessions === null) done(new GatewayError('gateway/stopping', 'The gateway is stopping.'));
    // A will comes here before aedes looks at its topic.
    else if (topicLevels(topic) > maxTopicLevels) done(new Error('topic has too many levels'));
    else if (topic.charCodeAt(0) === 36 && topic.startsWith('$SYS/')) done(new Error('topic is reserved'));
    else if (packet.qos < 2) admit(client, packet, done);
    else {
      // QoS 2 repeats the publish until it is released; the router gets it once.
      sessions.incomingGetPacket(client, packet).then(
        () => done(null),
        () => admit(client, packet, done),
      );
    }
  };
}
