import { readFileSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Certificates } from '../../fakes/certificates.ts';

export interface Arrival {
  /** Stable id of the message, from its MQTT 5 user properties. */
  readonly id: string;
  readonly source: string;
  /** Counts up per source without a gap. */
  readonly seq: number;
  readonly topic: string;
  readonly payload: string;
}

/** A subscriber at the cloud's broker: the ledger of what has arrived, duplicates included. */
export interface FarEnd {
  arrivals(): readonly Arrival[];
  /** Each message once, in the order of first arrival. */
  distinct(): readonly Arrival[];
  publish(topic: string, payload: string): Promise<void>;
  close(): Promise<void>;
}

export async function watchFarEnd(port: number, tls: Certificates): Promise<FarEnd> {
  const { certFile, keyFile } = tls.client('far-end');
  const client: MqttClient = await connectAsync(`mqtts://localhost:${port}`, {
    protocolVersion: 5,
    ca: readFileSync(tls.caFile),
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  const seen: Arrival[] = [];
  client.on('message', (topic, payload, packet) => {
    const { id = '', source = '', seq = '' } = (packet.properties?.userProperties ?? {}) as Record<string, string>;
    seen.push({ id, source, seq: Number(seq), topic, payload: payload.toString() });
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    arrivals: () => seen,
    distinct() {
      const first = new Map<string, Arrival>();
      for (const one of seen) if (!first.has(one.id)) first.set(one.id, one);
      return [...first.values()];
    },
    async publish(topic, payload) {
      await client.publishAsync(topic, payload, { qos: 1 });
    },
    close: () => client.endAsync(),
  };
}
