import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { Subscription, type SubscriptionConfig } from '../../../core/contract/document/subscriptions.ts';
import type { Draft, Message, Source, SourceKind } from '../../../core/contract/message.ts';
import { createTracer } from '../../../core/router/message-tracer.ts';
import { createRouter, type Router } from '../../../core/router/router.ts';
import type { Sink } from '../../../core/router/sink.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';

export interface RouterUnderTest {
  readonly clock: ManualClock;
  readonly router: Router;
  readonly records: LogRecord[];
  readonly traces: ReturnType<typeof createTracer>;
}

export function buildRouter(): RouterUnderTest {
  const clock = createManualClock();
  const records: LogRecord[] = [];
  const hub = createLogHub({ clock }, { keep: 10, level: 'debug' });
  hub.onRecord((record) => records.push(record));
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `trace${ids}`;
  };
  const tracer = createTracer({ clock, newId }, { keep: 20, sampleEveryMs: 1_000_000, maxHops: 20 });
  const log = hub.logger('router');
  const router = createRouter({ clock, log, metrics: createMetrics(), tracer, bootId: 'boot', trust: () => 'synced' });
  return { clock, router, records, traces: tracer };
}

type Queue = Partial<SubscriptionConfig['queue']>;
export function subscription(
  id: string,
  source: string,
  subject: string,
  target: string,
  more: { queue?: Queue; enabled?: boolean } = {},
): SubscriptionConfig {
  return Subscription.parse({ id, source, subject, target, ...more });
}

export function draft(source: `${SourceKind}:${string}`, topic: string, text = '', hops?: number): Draft {
  const at = source.indexOf(':');
  const from = { kind: source.slice(0, at), id: source.slice(at + 1) } as Source; // the template type says which kinds there are
  return { topic, payload: Buffer.from(text), qos: 1, retain: false, source: from, ...(hops === undefined ? {} : { hops }) };
}

export const textOf = (message: Message): string => Buffer.from(message.payload).toString();

/** A target that holds each batch until the test decides. */
export interface HeldSink extends Sink {
  readonly batches: { readonly messages: readonly Message[]; resolve(): void; reject(cause: unknown): void }[];
  /** Texts of all batches, the refused ones too. */
  readonly texts: string[];
}
export function heldSink(durable = false): HeldSink {
  const batches: HeldSink['batches'] = [];
  return {
    durable,
    batches,
    get texts() {
      return batches.flatMap((batch) => batch.messages.map(textOf));
    },
    deliver(messages) {
      return new Promise((resolve, reject) => {
        batches.push({ messages, resolve, reject });
      });
    },
  };
}

/** A target that takes everything at once. */
export function openSink(durable = false): Sink & { readonly messages: Message[]; readonly texts: string[] } {
  const messages: Message[] = [];
  return {
    durable,
    messages,
    get texts() {
      return messages.map(textOf);
    },
    deliver(batch) {
      messages.push(...batch);
      return undefined;
    },
  };
}

/** Lets everything run that is due now. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What became of a publish, without waiting for it. */
export function outcome(promise: Promise<void> | undefined): { state: string } {
  const seen = { state: promise === undefined ? 'at once' : 'waiting' };
  promise?.then(
    () => {
      seen.state = 'done';
    },
    (cause: unknown) => {
      seen.state = cause instanceof Error && 'code' in cause ? String(cause.code) : 'failed';
    },
  );
  return seen;
}
