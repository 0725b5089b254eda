import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { createMetrics, type Metrics } from '../../../core/base/metrics.ts';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import type { Draft, Message } from '../../../core/contract/message.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import type { CallDesk, Gatekeeper } from '../../../core/functions/calls/call-desk.ts';
import type { Carriers } from '../../../core/functions/carrier/carrier.ts';
import { startThread } from '../../../core/functions/carrier/thread-carrier.ts';
import { createFunctionRunner, type RunnerDeps } from '../../../core/functions/function-runner.ts';
import type { FunctionRunner } from '../../../core/functions/runner.ts';
import type { Tracer } from '../../../core/router/tracer.ts';
import type { FailedEvents } from '../../../core/store/failed-events.ts';
import { createMemoryFailedEvents } from '../../../core/store/memory-failed-events.ts';

export interface Hop {
  readonly traceId: string;
  readonly kind: string;
  readonly place: string;
  readonly detail: string;
  readonly atMono: number | undefined;
}

/** A function with a router that only writes down what it gets. */
export interface FunctionRig {
  readonly runner: FunctionRunner;
  readonly published: readonly Draft[];
  readonly records: readonly LogRecord[];
  readonly hops: readonly Hop[];
  readonly metrics: Metrics;
  readonly failed: FailedEvents;
  start(): Promise<void>;
  /** One event with a JSON payload (text and bytes go as they are). */
  send(payload: unknown, more?: Partial<Message>): Promise<void> | undefined;
  /** JSON payloads of what was published to `topic`. */
  answers(topic?: string): unknown[];
  view(): FunctionView;
  until(what: string, condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface RigOptions {
  /** A file in this folder, or the text of a module. */
  readonly file?: string;
  readonly source?: string;
  readonly config?: Record<string, unknown>;
  readonly clock?: Clock;
  readonly publish?: (draft: Draft) => Promise<void> | undefined;
  /** Export of the file; `handler` unless told. */
  readonly handler?: readonly string[];
  readonly version?: number;
  readonly carriers?: Carriers;
  readonly deps?: Partial<RunnerDeps>;
}

export const allowAll: Gatekeeper = { mayPublish: () => true, demand() {}, mayBeInvokedBy: () => true };
export const noDesk: CallDesk = { take: (method) => Promise.reject(new Error(`nobody answers ${method} here`)) };

export function message(payload: unknown, sequence: number, more: Partial<Message> = {}): Message {
  const bytes =
    payload instanceof Uint8Array ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const at = { wallMs: 0, monoMs: 0, bootId: 'test', trust: 'synced' } as const;
  const source = { kind: 'device', id: 'meter' } as const;
  return { topic: 'plant/level', payload: bytes, qos: 0, retain: false, source, sequence, at, hops: 0, ...more };
}

export const until = async (what: string, condition: () => boolean): Promise<void> => {
  for (let left = 2000; !condition(); left -= 1) {
    if (left === 0) throw new Error(`this did not happen: ${what}`);
    await systemClock.sleep(10);
  }
};

async function entryOf({ file, source }: RigOptions): Promise<{ path: string; remove(): Promise<void> }> {
  if (source === undefined) {
    const path = fileURLToPath(new URL(file ?? 'misbehave.mjs', import.meta.url));
    return { path, remove: async () => {} };
  }
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-function-'));
  const path = join(directory, file ?? 'alarm.mjs');
  await writeFile(path, source);
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
}

function recordingTracer(hops: Hop[]): Tracer {
  return {
    begin: () => undefined,
    hop: (traceId, kind, place, detail, atMono) => void hops.push({ traceId, kind, place, detail, atMono }),
    askNext() {},
    traces: () => [],
    onChanged: () => () => {},
  };
}

export async function createRig(options: RigOptions = {}): Promise<FunctionRig> {
  const clock = options.clock ?? systemClock;
  const { path, remove } = await entryOf(options);
  const published: Draft[] = [];
  const records: LogRecord[] = [];
  const hops: Hop[] = [];
  const hub = createLogHub({ clock }, { keep: 1, level: 'debug' });
  hub.onRecord((record) => records.push(record));
  const metrics = createMetrics();
  const publish = (draft: Draft): Promise<void> | undefined => {
    published.push(draft);
    return options.publish?.(draft);
  };
  const failed = createMemoryFailedEvents();
  const config = FunctionSpec.parse({ name: 'alarm', code: { file: 'alarm.mjs' }, ...options.config });
  const deps: RunnerDeps = {
    clock,
    log: hub.logger('test'),
    metrics,
    tracer: recordingTracer(hops),
    publish,
    random: () => 0,
    carriers: options.carriers ?? { thread: startThread, process: undefined },
    gatekeeper: allowAll,
    desk: noDesk,
    failed,
    environment: () => config.env,
    thing: { name: 'test', region: 'local' },
    ...options.deps,
  };
  const exportPath = options.handler ?? ['handler'];
  const runner = createFunctionRunner(deps, config, {
    path,
    version: options.version ?? 4,
    directory: dirname(path),
    exportPath,
  });
  let sequence = 0;
  return {
    runner,
    published,
    records,
    hops,
    metrics,
    failed,
    start: () => runner.start(new AbortController().signal),
    send(payload, more) {
      sequence += 1;
      return runner.sink.deliver([message(payload, sequence, more)]);
    },
    answers: (topic = 'answer') =>
      published
        .filter((draft) => draft.topic === topic)
        .map(({ payload }): unknown => JSON.parse(Buffer.from(payload).toString())),
    view: () => runner.view(),
    until,
    async stop() {
      await runner.stop();
      await remove();
    },
  };
}
