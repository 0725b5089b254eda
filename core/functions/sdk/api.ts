import { formatWithOptions } from 'node:util';
import type { SdkLine } from '../calls/sdk-calls.ts';
import type { PublishOptions, PublishPayload } from '../lambda/context.ts';
import { payloadBytes } from '../outbox.ts';
import type { FunctionMetric, LogLine } from '../protocol.ts';
import { incomingOf } from './incoming.ts';
import { createMetricsApi } from './metrics-api.ts';
import { eventBytes } from './plain-json.ts';
import { createStateApi } from './state-api.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface ApiDeps {
  readonly line: SdkLine;
  readonly subscriptions: Subscriptions;
  /** As this function, for the event that is handled, if one is. Throws `function/publish-limit`. */
  publish(topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
  /** Counts a publish that goes another way against the same limit; throws beyond it. */
  countPublish(): void;
  log(line: LogLine): void;
  metric(one: FunctionMetric): void;
  /** Wall ms. */
  now(): number;
}

const REPLY_MS = 3000;
const BUCKETS = 300;

const msOf = (time: number | Date): number => (typeof time === 'number' ? time : time.getTime());

/** The error of a failed invocation, with Lambda's words of it. */
function invokeError(name: string, functionError: string, payload: Uint8Array): Error {
  let body: { errorMessage?: unknown; errorType?: unknown } = {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) body = parsed;
  } catch {
    // what failed from outside may have left no body
  }
  const error = new Error(typeof body.errorMessage === 'string' ? body.errorMessage : `function "${name}" failed`);
  if (typeof body.errorType === 'string' && body.errorType !== '') error.name = body.errorType;
  return Object.assign(error, { code: 'function/failed', functionError });
}

/** What a function gave: JSON as its value, bytes that are no JSON as bytes. */
function resultOf(payload: Uint8Array): unknown {
  if (payload.byteLength === 0) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
    return value;
  } catch {
    return payload;
  }
}

/** What a function imports as `gatehouse`; `gatehouse.d.ts` beside this says what each does. */
export function createApi(deps: ApiDeps): typeof import('gatehouse') {
  const { line, subscriptions } = deps;
  const write =
    (level: LogLine[0]) =>
    (message: string, data?: Readonly<Record<string, unknown>>): void => {
      const values = data === undefined ? [] : [data];
      deps.log([level, formatWithOptions({ depth: 4, breakLength: Number.POSITIVE_INFINITY }, '%s', message, ...values)]);
    };
  return {
    publish: deps.publish,
    subscribe: subscriptions.subscribe,
    state: createStateApi(line),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    metrics: createMetricsApi({ metric: deps.metric, warn: (text) => deps.log(['warn', text]) }),

    async request(topic, payload, options = {}) {
      const { replyTopic = `${topic}/reply`, timeoutMs = REPLY_MS } = options;
      deps.countPublish();
      const bytes = payloadBytes(topic, payload).slice(); // its own buffer: a view would bring its whole pool along
      const reply = await line.call('request', { topic, payload: bytes, replyTopic, timeoutMs });
      return incomingOf(reply.topic, reply.source, reply.payload);
    },
    history: {
      async query(series, range) {
        const { buckets = BUCKETS } = range;
        const from = msOf(range.from);
        const to = range.to === undefined ? deps.now() : msOf(range.to);
        return (await line.call('history.query', { series, from, to, buckets })).points;
      },
    },
    device: {
      async command(device, point, value) {
        await line.call('device.command', { device, point, value });
      },
      async read(device) {
        const { points } = await line.call('device.read', { device });
        return Object.fromEntries(points.map(({ name, value, unit, quality, at }) => [name, { value, unit, quality, at }]));
      },
    },
    async secret(name, stage) {
      const { SecretString, SecretBinary } = await line.call('secret.get', { id: name, stage: stage ?? null });
      return SecretString ?? new Uint8Array(Buffer.from(SecretBinary ?? '', 'base64'));
    },
    async invoke<T>(name: string, event: unknown): Promise<T> {
      const payload = eventBytes(`the event for function "${name}"`, event);
      const answer = await line.call('invoke', { target: name, type: 'RequestResponse', payload, clientContext: null });
      if (answer.functionError !== '') throw invokeError(name, answer.functionError, answer.payload);
      return resultOf(answer.payload) as T; // the caller says what the other function gives
    },
    schedule: {
      async at(id, when, event) {
        const at = typeof when === 'object' && 'inMs' in when ? deps.now() + when.inMs : msOf(when);
        const payload = eventBytes(`the event of schedule "${id}"`, event);
        await line.call('schedule.at', { id, at, payload });
      },
      async cancel(id) {
        return (await line.call('schedule.cancel', { id })).found;
      },
    },
  };
}
