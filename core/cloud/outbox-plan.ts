import { type OutboxConfig, type OutboxStreamConfig, REST_STREAM } from '../contract/document/outbox.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Message } from '../contract/message.ts';
import { createTopicTrie } from '../router/topic-trie.ts';
import type { SpoolPlan, StreamPlan } from '../store/spool.ts';
import { REST_PLAN } from '../store/spool-rules.ts';

const HOUR_MS = 3_600_000;
/** Topics remembered over all subscriptions; beyond it the memory starts anew. */
const CACHE_MAX = 5000;

const ageOf = (hours: number | null): number | null => (hours === null ? null : hours * HOUR_MS);

const planOf = ({ id, priority, keep, whenFull, keepEvery }: OutboxStreamConfig): StreamPlan => ({
  name: id,
  priority,
  maxMessages: keep.messages,
  maxBytes: keep.bytes,
  maxAgeMs: ageOf(keep.hours),
  whenFull,
  keepEvery,
});

/** The rules of the document as the spool takes them; `rest` comes first. */
export function toSpoolPlan(outbox: OutboxConfig): SpoolPlan {
  const { keep, whenFull, room, streams } = outbox;
  return {
    streams: [REST_PLAN, ...streams.map(planOf)],
    maxMessages: keep.messages,
    maxBytes: keep.bytes,
    maxAgeMs: ageOf(keep.hours),
    whenFull,
    roomPercent: room.percent,
    roomBytes: room.bytes,
  };
}

/** Finds the stream of a message that came by a subscription. */
export type StreamPicker = (message: Message, route: SubscriptionConfig) => string;

/** The first stream of the document that names the subscription or whose filter matches the topic; else `rest`. */
export function createStreamPicker(outbox: OutboxConfig): StreamPicker {
  const { streams } = outbox;
  if (streams.length === 0) return () => REST_STREAM;
  const filters = streams.flatMap(({ filter }, value) => (filter === undefined ? [] : [{ filter, value }]));
  const trie = createTopicTrie(filters);
  const bySubscription = new Map<string, number>();
  streams.forEach(({ subscription }, index) => {
    if (subscription !== undefined && !bySubscription.has(subscription)) bySubscription.set(subscription, index);
  });
  const cache = new Map<string, Map<string, string>>();
  let cached = 0;

  function find(topic: string, subscription: string): string {
    const none = streams.length;
    const byFilter = trie.match(topic).reduce((first, index) => Math.min(first, index), none);
    return streams[Math.min(byFilter, bySubscription.get(subscription) ?? none)]?.id ?? REST_STREAM;
  }
  return ({ topic }, { id }) => {
    const known = cache.get(id)?.get(topic);
    if (known !== undefined) return known;
    if (cached >= CACHE_MAX) {
      cache.clear();
      cached = 0;
    }
    const found = find(topic, id);
    const own = cache.get(id) ?? new Map<string, string>();
    cache.set(id, own.set(topic, found));
    cached += 1;
    return found;
  };
}
