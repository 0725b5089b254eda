import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../base/errors.ts';
import type { Message } from './message.ts';

/** What the console and the command line see of functions beyond `FunctionView`. Units as in views.ts. */

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** Topic `instances`: the running instances of all functions, or of one. */
export const InstanceView = z.object({
  /** `alarm/3`: function and number since the start of the gateway. */
  id: z.string(),
  function: z.string(),
  version: z.number(),
  isolation: z.enum(['thread', 'process']),
  pid: z.number().nullable(),
  state: z.enum(['starting', 'idle', 'busy', 'stopping']),
  startedAt: z.number(),
  /** From the decision to start it until it was ready; null while it starts. */
  coldMs: z.number().nullable(),
  invocations: z.number(),
  inFlight: z.number(),
  /** Topic of the event that it handles, and for how long. */
  event: z.object({ topic: z.string(), forMs: z.number() }).nullable(),
  heapBytes: z.number(),
  externalBytes: z.number(),
  /** Of one core over the last seconds; null where the carrier cannot tell. */
  cpuPercent: z.number().nullable(),
});
export type InstanceView = z.infer<typeof InstanceView>;

/** Topic `function-errors`: equal faults of one function as one row, by code and own stack frames. */
export const ErrorGroupView = z.object({
  /** `alarm/<hash>` */
  id: z.string(),
  function: z.string(),
  code: z.enum(codes),
  message: z.string(),
  remedy: z.string(),
  stack: z.string(),
  count: z.number(),
  firstAt: z.number(),
  lastAt: z.number(),
  /** Of the newest one. The first 4 KiB in base64, to be saved as a test event. */
  eventTopic: z.string().nullable(),
  eventPayload: z.string().nullable(),
  versions: z.array(z.number()),
});
export type ErrorGroupView = z.infer<typeof ErrorGroupView>;

/** Topic `schedules`. */
export const ScheduleView = z.object({
  /** `alarm/nightly`; one-shots `alarm/at:<id>`. */
  id: z.string(),
  function: z.string(),
  /** In words: `0 3 * * * (Europe/Berlin)`, `every 15 s`, `once`. */
  rule: z.string(),
  nextAt: z.number().nullable(),
  lastAt: z.number().nullable(),
  lastResult: z.enum(['ok', 'failed', 'refused']).nullable(),
  runs: z.number(),
  missed: z.number(),
  /** Why it does not run: `disabled`, `clock` (not trusted yet), or nothing. */
  waitsFor: z.enum(['disabled', 'clock']).nullable(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;

/** Topic `function-versions`: which code of a function ran since when, newest first. */
export const FunctionVersionView = z.object({
  /** `alarm/12` */
  id: z.string(),
  function: z.string(),
  version: z.number(),
  /** SHA-256 of the code (of the zip, where it is one), hex. */
  hash: z.string(),
  bytes: z.number(),
  appliedAt: z.number(),
  by: z.string(),
  running: z.boolean(),
});
export type FunctionVersionView = z.infer<typeof FunctionVersionView>;

/** What the document that runs says of a function, for the console; answer of `function.rules`. */
export const FunctionRulesView = z.object({
  name: z.string(),
  /** `inline`, or the file, package or folder that the document names. */
  code: z.string(),
  handler: z.string(),
  encoding: z.enum(['json', 'binary']),
  keepWarm: z.number(),
  idleMs: z.number(),
  /** `source`, `topic`, `topic level 2`; null: no order is kept between several instances. */
  order: z.string().nullable(),
  whenFull: z.string(),
  retries: z.number(),
  deadLetter: z.boolean(),
  onStart: z.boolean(),
  scratchMb: z.number(),
  /** Names only: values may be secret. */
  env: z.array(z.string()),
  permissions: z.object({
    publish: z.array(z.string()),
    /** False: `publish` follows from the subscriptions. */
    publishDeclared: z.boolean(),
    replies: z.array(z.string()),
    invokedBy: z.array(z.string()),
    invoke: z.array(z.string()),
    secrets: z.array(z.string()),
    shadows: z.array(z.object({ thing: z.string(), name: z.string().nullable(), access: z.enum(['read', 'write']) })),
    readDevices: z.array(z.string()),
    commandDevices: z.array(z.string()),
    history: z.array(z.string()),
    schedule: z.boolean(),
    awsCredentials: z.boolean(),
    readFiles: z.array(z.string()),
    writeFiles: z.array(z.string()),
    childProcesses: z.boolean(),
    workers: z.boolean(),
    addons: z.boolean(),
  }),
});
export type FunctionRulesView = z.infer<typeof FunctionRulesView>;

/** A dead letter of a function. */
export const FailedEventView = z.object({
  id: z.number(),
  function: z.string(),
  version: z.number(),
  topic: z.string(),
  source: z.string(),
  attempts: z.number(),
  code: z.enum(codes),
  error: z.string(),
  stack: z.string(),
  failedAt: z.number(),
  size: z.number(),
  /** base64; the first 4 KiB in lists, all of it with `get`. */
  payload: z.string(),
  truncated: z.boolean(),
});
export type FailedEventView = z.infer<typeof FailedEventView>;

/** A dead letter as the runner takes it back. */
export interface FailedEvent {
  readonly requestId: string | null;
  readonly context: string | null;
  readonly message: Message;
}

/** Outcome of a call of `function.invoke`. */
export const InvocationView = z.object({
  requestId: z.string(),
  functionError: z.enum(['', 'Handled', 'Unhandled']),
  statusCode: z.number(),
  /** base64 */
  payload: z.string(),
  durationMs: z.number(),
  waitedMs: z.number(),
  cold: z.boolean(),
  logs: z.array(z.object({ level: z.string(), text: z.string() })),
  published: z.array(z.object({ topic: z.string(), size: z.number(), payload: z.string() })),
  /** How many there were beyond these two lists. */
  unlisted: z.object({ logs: z.number(), published: z.number() }),
});
export type InvocationView = z.infer<typeof InvocationView>;

export const TestEventView = z.object({
  name: z.string(),
  topic: z.string(),
  payload: z.string(),
  savedAt: z.number(),
});
export type TestEventView = z.infer<typeof TestEventView>;

/** Never the value. */
export const SecretView = z.object({
  name: z.string(),
  arn: z.string(),
  versionId: z.string(),
  createdAt: z.number(),
});
export type SecretView = z.infer<typeof SecretView>;
