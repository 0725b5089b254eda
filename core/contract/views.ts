import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../base/errors.ts';
import { Ne107 } from './document/points.ts';

/**
 * What the console and the command line see: rows with an `id`, sent as a snapshot and then as patches.
 * All times are wall time in ms, all durations ms, all sizes bytes, rates per second, unless the name says otherwise.
 */

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

export const FaultView = z.object({
  code: z.enum(codes),
  /** What happened, naming the thing. */
  message: z.string(),
  /** What to do next. */
  remedy: z.string(),
  at: z.number(),
});
export type FaultView = z.infer<typeof FaultView>;

/** Whether a party works, for colours and filters; a device has its NAMUR NE 107 state besides. */
export const Health = z.enum(['ok', 'starting', 'degraded', 'offline', 'paused']);
export type Health = z.infer<typeof Health>;

/** The books of one hop: `in = out + waiting + sum(dropped)`; `balanced` says whether they hold. */
export const BooksView = z.object({
  in: z.number(),
  out: z.number(),
  waiting: z.number(),
  dropped: z.record(z.string(), z.number()),
  balanced: z.boolean(),
});
export type BooksView = z.infer<typeof BooksView>;

export const LinkState = z.enum(['not-configured', 'connecting', 'connected', 'offline']);
export type LinkState = z.infer<typeof LinkState>;
export const LineState = z.enum(['up', 'cut', 'blackhole']);
export type LineState = z.infer<typeof LineState>;

/** Topic `gateway`: one row, id `gateway`. */
export const GatewayView = z.object({
  id: z.literal('gateway'),
  site: z.string(),
  gatewayName: z.string(),
  version: z.string(),
  status: z.enum(['starting', 'ok', 'degraded', 'stopping']),
  startedAt: z.number(),
  uptimeMs: z.number(),
  now: z.number(),
  demo: z.boolean(),
  deployment: z.object({
    version: z.number(),
    name: z.string(),
    state: z.enum(['none', 'applying', 'running', 'failed']),
    appliedAt: z.number().nullable(),
  }),
  link: z.object({
    state: LinkState,
    since: z.number(),
    endpoint: z.string(),
    lastError: FaultView.nullable(),
    attempts: z.number(),
    nextAttemptAt: z.number().nullable(),
  }),
  /** The practice cloud's line; null where a real cloud is configured. */
  line: z.object({ state: LineState, since: z.number(), received: z.number() }).nullable(),
  backlog: z.object({
    count: z.number(),
    bytes: z.number(),
    oldestAt: z.number().nullable(),
    inPerS: z.number(),
    outPerS: z.number(),
  }),
  devices: z.object({ total: z.number(), ok: z.number(), degraded: z.number(), offline: z.number() }),
  functions: z.object({ total: z.number(), running: z.number(), failing: z.number() }),
  alarms: z.object({ active: z.number(), unacknowledged: z.number() }),
  system: z.object({
    cpuPercent: z.number(),
    rssBytes: z.number(),
    heapBytes: z.number(),
    loopLagP99Ms: z.number(),
    diskFreeBytes: z.number().nullable(),
    diskTotalBytes: z.number().nullable(),
    memoryTotalBytes: z.number(),
    temperatureC: z.number().nullable(),
  }),
  broker: z.object({ port: z.number().nullable(), clients: z.number(), lastFault: FaultView.nullable() }),
  store: z.object({ health: z.enum(['ok', 'full', 'read-only', 'failed']), lastError: FaultView.nullable() }),
  books: BooksView,
});
export type GatewayView = z.infer<typeof GatewayView>;

export const PointView = z.object({
  name: z.string(),
  label: z.string(),
  unit: z.string(),
  decimals: z.number().nullable(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  quality: z.enum(['good', 'stale', 'bad']),
  note: z.string().nullable(),
  at: z.number().nullable(),
  /** Key of its history, `devices/<device>/<point>`. */
  series: z.string(),
  writable: z.boolean(),
  limits: z
    .object({
      lowLow: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      highHigh: z.number().nullable(),
    })
    .nullable(),
  /** Where the value stands; null without limits or without a value. */
  limit: z.enum(['low-low', 'low', 'normal', 'high', 'high-high']).nullable(),
  deadband: z.number().nullable(),
});
export type PointView = z.infer<typeof PointView>;

/** A command of a device as a button. */
export const CommandView = z.object({
  name: z.string(),
  label: z.string(),
  /** The question before it; null: none. */
  confirm: z.string().nullable(),
  /** What is asked for, if anything. */
  asks: z.enum(['nothing', 'number', 'text', 'switch']),
  point: z.string().nullable(),
});
export type CommandView = z.infer<typeof CommandView>;

/** What a command did. `confirmed`: the device was asked again and has it, or has said so by itself. */
export const CommandResultView = z.object({
  state: z.enum(['confirmed', 'done']),
  words: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  tookMs: z.number(),
});
export type CommandResultView = z.infer<typeof CommandResultView>;

/** Topic `devices`. */
export const DeviceView = z.object({
  id: z.string(),
  name: z.string(),
  adapter: z.string(),
  /** The connection for people: `/dev/ttyUSB0, 9600 8N1, unit 3`. */
  connection: z.string(),
  health: Health,
  /** NAMUR NE 107, the worst that holds, and why. */
  ne107: z.object({ state: Ne107, why: z.string(), since: z.number() }),
  /** A tool that has its line now; null: none. */
  pausedBy: z.string().nullable(),
  commands: z.array(CommandView),
  profile: z.string().nullable(),
  /** Key of its bus in the views `buses` and `units`; null: it has none. */
  bus: z.string().nullable(),
  since: z.number(),
  lastSeenAt: z.number().nullable(),
  lastError: FaultView.nullable(),
  reconnects: z.number(),
  readings: z.number(),
  readingsPerS: z.number(),
  /** Count of faults by error code. */
  errors: z.record(z.string(), z.number()),
  points: z.array(PointView),
});
export type DeviceView = z.infer<typeof DeviceView>;

/** Topic `functions`. */
export const FunctionView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  state: z.enum(['starting', 'running', 'restarting', 'parked', 'paused']),
  since: z.number(),
  threads: z.number(),
  lifetime: z.enum(['on-demand', 'long-lived']),
  isolation: z.enum(['thread', 'process']),
  concurrency: z.number(),
  /** Of the deployment that brought this code. */
  version: z.number(),
  /** Events that the full queue refused or dropped. */
  throttles: z.number(),
  /** Attempts beyond the first, and events that wait for their next one. */
  retries: z.number(),
  retrying: z.number(),
  /** Events in its dead-letter list. */
  failedEvents: z.number(),
  /** Starts of instances since it was made: how many, and how long they took. */
  cold: z.object({ count: z.number(), p50: z.number(), p95: z.number() }),
  /** Of one core, all instances; null where it cannot be told. */
  cpuPercent: z.number().nullable(),
  scratchBytes: z.number(),
  /** What the function counts itself with `metrics`. */
  metrics: z.record(z.string(), z.number()),
  invocations: z.number(),
  invocationsPerS: z.number(),
  failures: z.number(),
  timeouts: z.number(),
  restarts: z.number(),
  queue: z.number(),
  queueSize: z.number(),
  published: z.number(),
  durationMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }),
  heapBytes: z.number(),
  memoryMb: z.number(),
  timeoutMs: z.number(),
  lastError: z
    .object({
      code: z.enum(codes),
      message: z.string(),
      remedy: z.string(),
      stack: z.string(),
      at: z.number(),
      eventTopic: z.string().nullable(),
      eventText: z.string().nullable(),
    })
    .nullable(),
  books: BooksView,
});
export type FunctionView = z.infer<typeof FunctionView>;

/** Topic `nodes`: the parties of the Flows picture. `id` is the name used in subscriptions (`device:meter`, `cloud`, ...). */
export const FlowNodeView = z.object({
  id: z.string(),
  kind: z.enum(['device', 'function', 'local', 'cloud', 'history', 'alarms']),
  label: z.string(),
  health: Health,
  detail: z.string(),
  inPerS: z.number(),
  outPerS: z.number(),
});
export type FlowNodeView = z.infer<typeof FlowNodeView>;

/** Topic `edges`: the subscriptions. A source `device:*` is one edge per device, `<subscription>/<device>`, sharing one queue. */
export const FlowEdgeView = z.object({
  id: z.string(),
  subscription: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  perS: z.number(),
  lastAt: z.number().nullable(),
  health: Health,
  /** Why it is not ok, or empty. */
  problem: z.string(),
  queueSize: z.number(),
  whenFull: z.string(),
  books: BooksView,
});
export type FlowEdgeView = z.infer<typeof FlowEdgeView>;

/** Topic `messages` with parameter `edge` (an edge's or subscription's id) or `filter` (a topic filter): what flows now. */
export const MessageView = z.object({
  id: z.number(),
  at: z.number(),
  topic: z.string(),
  source: z.string(),
  sequence: z.number(),
  qos: z.number(),
  size: z.number(),
  /** The first 4 KiB of the payload, base64. */
  payload: z.string(),
  truncated: z.boolean(),
  traceId: z.string().nullable(),
});
export type MessageView = z.infer<typeof MessageView>;

/** Topic `frames` with parameter `device`: what was on the wire beside what was decoded from it. */
export const FrameView = z.object({
  id: z.number(),
  at: z.number(),
  direction: z.enum(['in', 'out']),
  /** base64 */
  bytes: z.string(),
  decoded: z.string(),
  faulty: z.boolean(),
});
export type FrameView = z.infer<typeof FrameView>;

export const HOP_KINDS = [
  'wire',
  'decoded',
  'published',
  'routed',
  'function-started',
  'function-ended',
  'stored',
  'sent',
  'acknowledged',
  'delivered',
  'dropped',
] as const;
export type HopKind = (typeof HOP_KINDS)[number];
export const HopView = z.object({
  kind: z.enum(HOP_KINDS),
  /** Where: `device:meter`, a subscription's id, `function:alarm`, `spool`, `cloud`, `local`. */
  place: z.string(),
  /** Microseconds since the first hop of the trace. */
  afterUs: z.number(),
  /** What is worth saying: bytes as hex on the wire, the topic, a spool number, why it was dropped. */
  detail: z.string(),
});
export type HopView = z.infer<typeof HopView>;

/** Topic `traces`: messages followed from the bytes on the wire to the acknowledgement. */
export const TraceView = z.object({
  id: z.string(),
  startedAt: z.number(),
  origin: z.string(),
  topic: z.string(),
  /** `asked`: a person wanted it; `sampled`: one in a while. */
  reason: z.enum(['asked', 'sampled']),
  hops: z.array(HopView),
});
export type TraceView = z.infer<typeof TraceView>;

/** Topic `logs`. */
export const LogView = z.object({
  id: z.number(),
  at: z.number(),
  /** Monotonic ms of this start of the gateway. */
  mono: z.number(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  source: z.string(),
  event: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type LogView = z.infer<typeof LogView>;

/** Topic `alarms`: what somebody should act on. */
export const AlarmView = z.object({
  id: z.string(),
  /** `device:meter`, `cloud`, `function:alarm`, `store`, ... */
  source: z.string(),
  priority: z.enum(['critical', 'high', 'low']),
  code: z.enum(codes),
  message: z.string(),
  remedy: z.string(),
  firstAt: z.number(),
  lastAt: z.number(),
  count: z.number(),
  acknowledged: z.boolean(),
});
export type AlarmView = z.infer<typeof AlarmView>;

/** Topic `deployments`: every version that was ever applied, newest first by version. */
export const DeploymentView = z.object({
  id: z.number(),
  version: z.number(),
  name: z.string(),
  appliedAt: z.number(),
  by: z.string(),
  state: z.enum(['running', 'previous', 'failed']),
  /** SHA-256 of document and code, hex. */
  hash: z.string(),
  note: z.string(),
  counts: z.object({ devices: z.number(), functions: z.number(), subscriptions: z.number() }),
});
export type DeploymentView = z.infer<typeof DeploymentView>;

/** One mistake in a document. */
export const DocumentFault = z.object({
  /** `devices[2].points[0].address` */
  path: z.string(),
  /** What is wrong. */
  message: z.string(),
  /** What to do. */
  remedy: z.string(),
  /** Line and column in the text, from 1, where they are known. */
  line: z.number().nullable(),
  column: z.number().nullable(),
});
export type DocumentFault = z.infer<typeof DocumentFault>;

/** What a new document would change. */
export const ChangeView = z.object({
  kind: z.enum(['added', 'removed', 'changed']),
  area: z.enum(['device', 'function', 'subscription', 'setting']),
  id: z.string(),
  /** For `changed`: each field with its old and new value as JSON. */
  fields: z.array(z.object({ path: z.string(), before: z.string(), after: z.string() })),
});
export type ChangeView = z.infer<typeof ChangeView>;

/** One bucket of a trend. `min`..`max` is the band, `last` the value at its end; text values have only `last`. */
export const TrendPoint = z.object({
  at: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  avg: z.number().nullable(),
  last: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  count: z.number(),
});
export type TrendPoint = z.infer<typeof TrendPoint>;
