import type { MqttHeard, MqttTraffic } from '../../adapters/mqtt-traffic.ts';
import type { GuessView } from '../../contract/commission-views.ts';
import type { ProfileBook } from '../../profiles/profile-book.ts';
import { topicMatches } from '../../router/topics.ts';
import { profileDraft } from '../profile-draft.ts';
import { pointsOfTopics, topicsOf } from './mqtt-points.ts';
import type { Sighting, Watch } from './sighting.ts';
import { birthOf, type SparkplugBirth, sparkplugSighting } from './sparkplug-births.ts';

const MAX_CLIENTS = 200;
const MAX_TOPICS = 32;
const MAX_NAME = 80;
/** A longer payload is no table of values. */
const MAX_PAYLOAD = 8192;

interface Client {
  readonly id: string;
  /** Newest payload of each topic. */
  readonly topics: Map<string, Uint8Array>;
}

/** Templates all of whose topics this client publishes: `+/status/switch:0` says more than the numbers in it. */
function profileGuesses({ id, topics }: Client, profiles: ProfileBook): readonly GuessView[] {
  return profiles.list().flatMap(({ profile }): GuessView[] => {
    const filters = topicsOf(profile.device);
    const isPublished = (filter: string): boolean => [...topics.keys()].some((topic) => topicMatches(filter, topic));
    if (filters.length === 0 || !filters.every(isPublished)) return [];
    const draft = { ...profileDraft(profile, { identity: `mqtt:${id}` }), client: id };
    const why = `It publishes the topics of a ${profile.name}.`;
    return [{ what: profile.name, why, confidence: 'likely', profile: profile.id, adapter: 'mqtt', draft }];
  });
}

function plainGuesses({ id, topics }: Client): readonly GuessView[] {
  const points = pointsOfTopics(topics);
  if (points.length === 0) return [];
  const draft = { name: id.slice(0, MAX_NAME), adapter: 'mqtt', client: id, identity: `mqtt:${id}`, points: [...points] };
  const why = `It publishes ${topics.size === 1 ? 'one topic' : `${topics.size} topics`} with ${points.length} values that can be read.`;
  return [{ what: 'An MQTT device', why, confidence: 'likely', profile: null, adapter: 'mqtt', draft }];
}

/** Sees clients of the local broker and Sparkplug nodes, until the returned function is called. */
export function watchMqtt(watch: Watch, mqtt: MqttTraffic, profiles: ProfileBook): () => void {
  const clients = new Map<string, Client>();
  const births = new Map<string, SparkplugBirth>();
  const isThere = (id: string): boolean => mqtt.clients().some((one) => one.id === id);

  /** Undefined for who is no client of the broker: the gateway itself publishes too. */
  function noteClient(id: string): Client | undefined {
    const known = clients.get(id);
    if (known || !isThere(id)) return known;
    const client: Client = { id, topics: new Map() };
    for (const old of clients.keys()) {
      if (clients.size < MAX_CLIENTS) break;
      clients.delete(old);
    }
    clients.set(id, client);
    const { address = '' } = mqtt.clients().find((one) => one.id === id) ?? {};
    const sighting: Sighting = {
      id: `mqtt:${id}`,
      kind: 'mqtt',
      title: id,
      place: address === '' ? 'local broker' : address,
      get detail() {
        const names = [...client.topics.keys()];
        if (names.length === 0) return 'has published nothing yet';
        return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
      },
      rssi: null,
      steady: true,
      key: id,
      present: () => isThere(id),
      guesses: () => [...profileGuesses(client, profiles), ...plainGuesses(client)],
      get basis() {
        return [...client.topics.keys()].join(' ');
      },
    };
    watch.note(sighting);
    return client;
  }

  /** Who says nothing but Sparkplug stands there by its nodes, not as a client of which nothing is known. */
  function hidePlain(id: string): void {
    if (clients.get(id)?.topics.size !== 0) return;
    clients.delete(id);
    watch.forget(`mqtt:${id}`);
  }

  function hearSparkplug(heard: MqttHeard): void {
    hidePlain(heard.client);
    const said = birthOf(heard.topic, heard.payload);
    if (!said) return;
    const before = births.get(said.id);
    if (!before && births.size >= MAX_CLIENTS) return;
    // Data and a death do not take back what the birth has said.
    const birth = said.metrics.length > 0 ? said : { ...said, metrics: before?.metrics ?? [] };
    births.set(birth.id, birth);
    if (!birth.alive) {
      // With an edge node all that is behind it is gone.
      for (const [id, one] of births) if (id.startsWith(`${birth.id}/`)) births.set(id, { ...one, alive: false });
    }
    watch.note(sparkplugSighting(birth, () => births.get(birth.id)?.alive === true));
  }

  const stopMessages = mqtt.onMessage('#', (heard) => {
    if (heard.topic.startsWith('spBv1.0/')) return hearSparkplug(heard);
    if (heard.client === '' || heard.payload.length > MAX_PAYLOAD) return;
    const topics = noteClient(heard.client)?.topics;
    if (!topics) return;
    if (topics.has(heard.topic) || topics.size < MAX_TOPICS) topics.set(heard.topic, Uint8Array.from(heard.payload)); // it is a view of what came with it
  });
  const stopClients = mqtt.onClient(({ kind, client }) => {
    if (kind === 'connected') noteClient(client);
  });
  for (const { id } of mqtt.clients()) noteClient(id);
  return () => {
    stopMessages();
    stopClients();
  };
}
