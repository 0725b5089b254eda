import { createRate, type Rate } from '../../base/rate.ts';
import type { MqttTopicView } from '../../contract/field-views.ts';
import { describePayload } from './describe-payload.ts';

/** A message as the book needs it. */
export interface TopicMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  readonly client: string;
  /** Wall time and monotonic, in ms. */
  readonly at: number;
  readonly heardAt: number;
}

/** The newest message of each topic, bounded: the topic that was silent longest makes room. */
export interface TopicBook {
  add(message: TopicMessage): void;
  rows(filter: (topic: string) => boolean, nowMono: number): readonly MqttTopicView[];
  clear(): void;
}

interface Held {
  readonly message: TopicMessage;
  readonly retained: boolean;
  readonly count: number;
  readonly rate: Rate;
  /** Bytes as they came; of a long payload only the beginning is kept. */
  readonly size: number;
  readonly whole: boolean;
  described: Pick<MqttTopicView, 'kind' | 'facts'> | undefined;
}

export const MAX_TOPICS = 5000;
const SHOWN_BYTES = 256;
const KEPT_BYTES = 65_536;
/** Of all payloads together. Beyond it only the beginnings of new ones are kept. */
const BUDGET_BYTES = 16 * 1024 * 1024;

export function createTopicBook(): TopicBook {
  /** In the order in which they were heard last. */
  const held = new Map<string, Held>();
  let bytes = 0;

  function keep(message: TopicMessage): { readonly message: TopicMessage; readonly whole: boolean } {
    const { payload } = message;
    const whole = payload.length <= SHOWN_BYTES || (payload.length <= KEPT_BYTES && bytes + payload.length <= BUDGET_BYTES);
    // A copy: the payload is a view on all that came with it in one read.
    return { message: { ...message, payload: Uint8Array.from(whole ? payload : payload.subarray(0, SHOWN_BYTES)) }, whole };
  }
  function forget(topic: string): void {
    bytes -= held.get(topic)?.message.payload.length ?? 0;
    held.delete(topic);
  }

  function viewOf(one: Held, nowMono: number): MqttTopicView {
    const { message, whole } = one;
    one.described ??= describePayload(message.topic, message.payload, whole);
    return {
      id: message.topic,
      client: message.client,
      retained: one.retained,
      count: one.count,
      perS: Number(one.rate.perS(nowMono).toFixed(2)),
      lastAt: message.at,
      size: one.size,
      payload: Buffer.from(message.payload.subarray(0, SHOWN_BYTES)).toString('base64'),
      ...one.described,
    };
  }

  return {
    add(message) {
      const { topic } = message;
      const before = held.get(topic);
      forget(topic);
      const kept = keep(message);
      const rate = before?.rate ?? createRate();
      rate.add(message.heardAt);
      held.set(topic, {
        ...kept,
        size: message.payload.length,
        rate,
        retained: message.retain && message.payload.length > 0,
        count: (before?.count ?? 0) + 1,
        described: undefined,
      });
      bytes += kept.message.payload.length;
      if (held.size <= MAX_TOPICS) return;
      const [oldest] = held.keys();
      if (oldest !== undefined) forget(oldest);
    },
    rows(filter, nowMono) {
      const found: MqttTopicView[] = [];
      for (const [topic, one] of held) if (filter(topic)) found.push(viewOf(one, nowMono));
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    clear() {
      held.clear();
      bytes = 0;
    },
  };
}
