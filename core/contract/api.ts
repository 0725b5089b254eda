import { z } from 'zod';
import { Keep, OutboxPolicy, StreamPolicy } from './document/outbox.ts';
import { FIELD_METHODS, FIELD_TOPICS } from './field-calls.ts';
import {
  ErrorGroupView,
  FailedEventView,
  FunctionRulesView,
  FunctionVersionView,
  InstanceView,
  InvocationView,
  ScheduleView,
  SecretView,
  TestEventView,
} from './function-views.ts';
import { CertificateView, DeadLetterView, OutboxStreamView, SessionView, StorageView, WaitingView } from './outbox-views.ts';
import {
  AlarmView,
  ChangeView,
  DeploymentView,
  DeviceView,
  DocumentFault,
  FlowEdgeView,
  FlowNodeView,
  FrameView,
  FunctionView,
  GatewayView,
  LineState,
  LogView,
  MessageView,
  TraceView,
  TrendPoint,
} from './views.ts';

const none = z.strictObject({});
const done = z.null();
/** Characters of a client context in base64, as Lambda takes them. */
const MOST_CONTEXT = 3583;

/** Every call. The server looks methods up here only, parses the input and answers with the output. */
export const METHODS = {
  'gateway.status': { input: none, output: GatewayView },
  'device.list': { input: none, output: z.array(DeviceView) },
  'device.reconnect': { input: z.strictObject({ device: z.string() }), output: done },
  'device.read': { input: z.strictObject({ device: z.string() }), output: done },
  /**
   * A person writes a point. One that a command with a `confirm` text writes needs `confirmed: true`, else `tool/no-consent`. Machines are
   * not asked: functions, subscriptions to a device and the Modbus server write as their rights in the document say.
   */
  'device.write': {
    input: z.strictObject({
      device: z.string(),
      point: z.string(),
      value: z.union([z.number(), z.string(), z.boolean()]),
      confirmed: z.boolean().optional(),
    }),
    output: done,
  },
  ...FIELD_METHODS,
  'function.list': { input: none, output: z.array(FunctionView) },
  'function.rules': { input: z.strictObject({ name: z.string() }), output: FunctionRulesView },
  'function.restart': { input: z.strictObject({ name: z.string() }), output: done },
  'function.pause': { input: z.strictObject({ name: z.string(), paused: z.boolean() }), output: done },
  /**
   * Invokes it and waits for the result; `payload` is base64. The function's `permissions.invokedBy` must name the caller's kind.
   * `clientContext`: an object with `client`, `custom` and `env` (each an object, each may be left out), or the same as JSON in base64,
   * as Lambda's `X-Amz-Client-Context` has it. A call that is cancelled (`api/cancelled`) takes an event back that has not begun; one
   * that runs goes on to its end or its deadline, and nobody is told of it.
   */
  'function.invoke': {
    input: z.strictObject({
      name: z.string(),
      payload: z.string().max(1_398_104),
      topic: z.string().min(1).max(256).default('gatehouse/invoke'),
      clientContext: z.union([z.record(z.string(), z.json()), z.string().max(MOST_CONTEXT)]).optional(),
    }),
    output: InvocationView,
  },
  /** Dead letters of one function, or of all (null), newest first, ids below `before`. */
  'function.failed.list': {
    input: z.strictObject({
      name: z.string().nullable(),
      before: z.number().nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    output: z.array(FailedEventView),
  },
  'function.failed.get': {
    input: z.strictObject({ id: z.number() }),
    output: FailedEventView,
  },
  /** Null: all of this function. */
  'function.failed.retry': {
    input: z.strictObject({
      name: z.string(),
      ids: z.array(z.number()).max(10_000).nullable(),
    }),
    output: z.object({ count: z.number() }),
  },
  'function.failed.discard': {
    input: z.strictObject({
      name: z.string(),
      ids: z.array(z.number()).max(10_000).nullable(),
    }),
    output: z.object({ count: z.number() }),
  },
  'test-event.list': {
    input: z.strictObject({ function: z.string() }),
    output: z.array(TestEventView),
  },
  'test-event.save': {
    input: z.strictObject({
      function: z.string(),
      name: z.string().min(1).max(64),
      topic: z.string().min(1).max(256),
      payload: z.string().max(349_528),
    }),
    output: done,
  },
  'test-event.remove': {
    input: z.strictObject({ function: z.string(), name: z.string() }),
    output: done,
  },
  'secret.list': { input: none, output: z.array(SecretView) },
  /** Exactly one of `text` and `bytes` (base64). The command line only: a console without sign-in must not set secrets. */
  'secret.set': {
    input: z.strictObject({
      name: z.string().min(1).max(256),
      text: z.string().max(65_536).optional(),
      bytes: z.string().max(87_384).optional(),
    }),
    output: SecretView,
  },
  'secret.remove': {
    input: z.strictObject({ name: z.string() }),
    output: done,
  },
  /** The trend of one series between two times, in at most `buckets` buckets. */
  'history.trend': {
    input: z.strictObject({
      series: z.string().max(300),
      from: z.number(),
      to: z.number(),
      buckets: z.number().int().min(1).max(5000),
    }),
    output: z.array(TrendPoint),
  },
  'deployment.text': { input: z.strictObject({ version: z.number().int() }), output: z.object({ text: z.string() }) },
  /** Checks a document (YAML or JSON) and says what it would change; applies nothing. */
  'deployment.validate': {
    input: z.strictObject({ text: z.string().max(4_194_304) }),
    output: z.object({
      ok: z.boolean(),
      faults: z.array(DocumentFault),
      changes: z.array(ChangeView),
      name: z.string().nullable(),
    }),
  },
  /** Applies a document as a whole. `basedOn` is the version it was compared with: another one running meanwhile is `document/conflict`. */
  'deployment.apply': {
    input: z.strictObject({ text: z.string().max(4_194_304), basedOn: z.number().int().nullable(), note: z.string().max(200) }),
    output: z.object({ version: z.number() }),
  },
  /** Cuts or restores the practice cloud's line. */
  'line.set': { input: z.strictObject({ state: LineState }), output: done },
  /** Follows the next message from this party (`device:meter`, `function:alarm`), or the next one at all. */
  'trace.next': { input: z.strictObject({ source: z.string().nullable() }), output: done },
  /** Publishes as a local client would; `payload` is base64. Resolves when accepted (durable targets: committed). */
  'message.publish': {
    input: z.strictObject({
      topic: z.string().min(1).max(256),
      payload: z.string().max(1_398_104),
      qos: z.union([z.literal(0), z.literal(1)]),
      retain: z.boolean(),
    }),
    output: done,
  },
  /** Ends the kiosk and the gateway with it, for who knows the PIN. */
  'kiosk.exit': { input: z.strictObject({ pin: z.string().max(32) }), output: done },
  /** What waits in a stream, oldest first, ids above `after` (the last one seen; 0 for the first page). */
  'outbox.messages': {
    input: z.strictObject({ stream: z.string(), after: z.number(), limit: z.number().int().min(1).max(200) }),
    output: z.array(WaitingView),
  },
  /** New limits of a stream, or of the whole (null), as a new version of the deployment document. Left out: unchanged. */
  'outbox.limit': {
    input: z.strictObject({
      stream: z.string().nullable(),
      // Not `partial()`: that would fill in the defaults, and so lift the limits that are left out.
      keep: z
        .strictObject({
          hours: Keep.shape.hours.unwrap().optional(),
          bytes: Keep.shape.bytes.unwrap().optional(),
          messages: Keep.shape.messages.unwrap().optional(),
        })
        .optional(),
      whenFull: z.union([StreamPolicy, OutboxPolicy]).optional(),
    }),
    output: z.object({ version: z.number() }),
  },
  /** Refused messages, newest first, ids below `before` (null for the first page). */
  'deadletter.list': {
    input: z.strictObject({ before: z.number().nullable(), limit: z.number().int().min(1).max(200) }),
    output: z.array(DeadLetterView),
  },
  /** With the whole payload. */
  'deadletter.get': { input: z.strictObject({ id: z.number() }), output: DeadLetterView },
  /** Sends them again (null: all); with `edit` one, changed. `payload` is base64. */
  'deadletter.retry': {
    input: z.strictObject({
      ids: z.array(z.number()).max(10_000).nullable(),
      edit: z.strictObject({ topic: z.string().min(1).max(256), payload: z.string().max(1_398_104) }).optional(),
    }),
    output: z.object({ count: z.number() }),
  },
  'deadletter.discard': {
    input: z.strictObject({ ids: z.array(z.number()).max(10_000).nullable() }),
    output: z.object({ count: z.number() }),
  },
  /** As a file: one JSON object a line, payload in base64. `before` pages; `next` is null after the last page. */
  'deadletter.export': {
    input: z.strictObject({ before: z.number().nullable() }),
    output: z.object({ text: z.string(), next: z.number().nullable() }),
  },
  /** A delivery certificate as a file: JSON, or one HTML page that prints well. */
  'certificate.export': {
    input: z.strictObject({ id: z.string(), format: z.enum(['json', 'html']) }),
    output: z.object({ name: z.string(), text: z.string() }),
  },
  /** Forgets a client's session with all that waits in it; a connected client is disconnected. */
  'session.forget': { input: z.strictObject({ id: z.string() }), output: done },
  'alarm.acknowledge': { input: z.strictObject({ id: z.string() }), output: done },
  'log.recent': { input: z.strictObject({ limit: z.number().int().min(1).max(5000) }), output: z.array(LogView) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

/**
 * Every view. `keep` bounds how many rows a log-like view holds (newest `id`s win, `id` is a number that counts up);
 * null means a table that says itself which rows are gone.
 */
export const TOPICS = {
  gateway: { params: none, row: GatewayView, keep: null },
  devices: { params: none, row: DeviceView, keep: null },
  functions: { params: none, row: FunctionView, keep: null },
  nodes: { params: none, row: FlowNodeView, keep: null },
  edges: { params: none, row: FlowEdgeView, keep: null },
  alarms: { params: none, row: AlarmView, keep: null },
  deployments: { params: none, row: DeploymentView, keep: null },
  traces: { params: none, row: TraceView, keep: null },
  outbox: { params: none, row: OutboxStreamView, keep: null },
  storage: { params: none, row: StorageView, keep: null },
  certificates: { params: none, row: CertificateView, keep: null },
  sessions: { params: none, row: SessionView, keep: null },
  instances: {
    params: z.strictObject({ function: z.string().optional() }),
    row: InstanceView,
    keep: null,
  },
  'function-errors': {
    params: z.strictObject({ function: z.string() }),
    row: ErrorGroupView,
    keep: null,
  },
  'function-versions': {
    params: z.strictObject({ function: z.string() }),
    row: FunctionVersionView,
    keep: null,
  },
  schedules: {
    params: z.strictObject({ function: z.string().optional() }),
    row: ScheduleView,
    keep: null,
  },
  /** `source`: only records of this one, `function:alarm`. */
  logs: {
    params: z.strictObject({ source: z.string().optional() }),
    row: LogView,
    keep: 2000,
  },
  messages: {
    params: z.strictObject({ edge: z.string().optional(), filter: z.string().max(256).optional() }),
    row: MessageView,
    keep: 500,
  },
  frames: { params: z.strictObject({ device: z.string() }), row: FrameView, keep: 200 },
  ...FIELD_TOPICS,
} as const satisfies Record<string, { params: z.ZodType; row: z.ZodType; keep: number | null }>;

export type Method = keyof typeof METHODS;
export type Input<M extends Method> = z.infer<(typeof METHODS)[M]['input']>;
export type Output<M extends Method> = z.infer<(typeof METHODS)[M]['output']>;
export type Topic = keyof typeof TOPICS;
export type Params<T extends Topic> = z.infer<(typeof TOPICS)[T]['params']>;
export type Row<T extends Topic> = z.infer<(typeof TOPICS)[T]['row']>;
export type RowId = string | number;

/**
 * `snapshot` replaces everything; `patch` sets and removes rows and follows the revision before it (`rev` = last + 1),
 * a gap means: ask anew. `offline` says that the connection to core is lost; a snapshot follows when it is back.
 */
export type TopicEvent<T extends Topic> =
  | { readonly kind: 'snapshot'; readonly rev: number; readonly items: readonly Row<T>[] }
  | { readonly kind: 'patch'; readonly rev: number; readonly set: readonly Row<T>[]; readonly gone: readonly RowId[] }
  | { readonly kind: 'offline' };

/** The same interface on both sides of the wire. */
export interface GatewayApi {
  call<M extends Method>(method: M, input: Input<M>, signal?: AbortSignal): Promise<Output<M>>;
  watch<T extends Topic>(topic: T, params: Params<T>, listener: (event: TopicEvent<T>) => void): () => void;
}
