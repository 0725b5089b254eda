import { connectAsync } from 'mqtt';
import { startMosquitto } from '../../fakes/mosquitto.ts';
import { createIntake, type FarEnd } from './far-end.ts';
import { arrivalOf } from './ledger.ts';

export interface MosquittoFarEnd extends FarEnd {
  readonly kind: 'mosquitto';
  /** SIGKILL, and after `pauseMs` a new start on the same port and store. */
  restart(pauseMs: number): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A real mosquitto with its store in `folder`, and a subscriber with a ledger. mosquitto does not sync: what it has acknowledged and not yet
 * handed on is gone with a SIGKILL. The subscriber takes QoS 0, which is handed on at once, so that its ledger has all of it; the
 * caller lets the line go silent before it kills.
 */
export async function startMosquittoFarEnd(folder: string): Promise<MosquittoFarEnd> {
  const store = ['persistence true', `persistence_location ${folder}/`, 'autosave_interval 1'];
  const broker = await startMosquitto({ lines: [...store, 'max_inflight_messages 0'], parent: folder });
  const intake = createIntake();
  const open = async () => {
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, reconnectPeriod: 0 });
    client.on('error', () => {});
    client.on('message', (topic, payload, packet) => {
      const properties = Object.entries(packet.properties?.userProperties ?? {}).map(
        ([name, value]) => [name, String(value)] as const,
      );
      intake.add(arrivalOf(topic, payload, new Map(properties), 'taken'));
    });
    await client.subscribeAsync('#', { qos: 0 });
    return client;
  };
  let reader = await open();
  return {
    kind: 'mosquitto',
    port: broker.port,
    arrivals: intake.arrivals,
    next: intake.next,
    get longestSilenceMs() {
      return intake.longestMs;
    },
    async restart(pauseMs) {
      await broker.kill();
      reader.end(true);
      await pause(pauseMs);
      await broker.restart();
      reader = await open();
    },
    async close() {
      reader.end(true);
      await broker.close();
    },
  };
}
