import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Message } from '../contract/message.ts';
import { PartlyRefused, type Sink } from '../router/sink.ts';
import type { Spool } from '../store/spool.ts';
import type { StreamPicker } from './outbox-plan.ts';

export interface OutboxSinkDeps {
  readonly spool: Spool;
  /** The streams of the document in force now. */
  pick(...args: Parameters<StreamPicker>): string;
  /** So many messages are on disk. */
  onKept?(count: number): void;
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

/**
 * The router's target `cloud`: each message goes to its stream, in order. Taken over means committed. A stream that refuses does not
 * hold up the others: the rejection then says which messages were not taken (`PartlyRefused`).
 */
export function createOutboxSink(deps: OutboxSinkDeps): Sink {
  async function keep(messages: readonly Message[], stream: string, route: SubscriptionConfig): Promise<void> {
    const seconds = route.expireAfterS;
    await deps.spool.append(messages, stream, seconds === undefined ? null : seconds * 1000);
    deps.onKept?.(messages.length);
  }

  async function keepAll(batch: readonly Message[], streams: readonly string[], route: SubscriptionConfig): Promise<void> {
    const parts = new Map<string, number[]>();
    streams.forEach((stream, index) => {
      const part = parts.get(stream);
      if (part) part.push(index);
      else parts.set(stream, [index]);
    });
    const refused = new Map<number, Error>();
    // All in one turn of the loop, so that they share a commit.
    const work = [...parts].map(([stream, indexes]) =>
      keep(
        indexes.flatMap((index) => batch[index] ?? []),
        stream,
        route,
      ).catch((cause: unknown) => {
        for (const index of indexes) refused.set(index, asError(cause));
      }),
    );
    await Promise.all(work);
    if (refused.size > 0) throw new PartlyRefused(refused);
  }

  return {
    durable: true,
    deliver(batch, route) {
      const streams = batch.map((message) => deps.pick(message, route));
      const [first] = streams;
      if (first === undefined) return undefined;
      return streams.every((stream) => stream === first) ? keep(batch, first, route) : keepAll(batch, streams, route);
    },
  };
}
