import { z } from 'zod';
import { PRIORITIES } from './document/outbox.ts';
import { FaultView, LinkState } from './views.ts';

/** What the page Data & outbox and the command line see of what waits, what was refused, and what was delivered after an outage. */

const counts = z.record(z.string(), z.number());
const limits = z.object({
  messages: z.number().nullable(),
  bytes: z.number().nullable(),
  ageMs: z.number().nullable(),
});

/** Topic `outbox`: one row per stream of messages to the cloud. */
export const OutboxStreamView = z.object({
  /** The stream's name; `rest` for all that no other takes. */
  id: z.string(),
  /** What it takes: `subscription alarm-up`, `alarms/#`, or everything else. */
  takes: z.string(),
  destination: z.string(),
  priority: z.enum(PRIORITIES),
  order: z.enum(['oldest-first', 'newest-first']),
  whenFull: z.enum(['drop-oldest', 'reject-newest', 'thin-out']),
  keepEvery: z.number(),
  batched: z.boolean(),
  limits,
  count: z.number(),
  bytes: z.number(),
  oldestAt: z.number().nullable(),
  /** Measured in steady time: right whatever the wall clock did. */
  oldestAgeMs: z.number().nullable(),
  inPerS: z.number(),
  outPerS: z.number(),
  inBytesPerS: z.number(),
  /** What came in over the last day (or since the start, where that is less), as messages and payload bytes an hour; null while too little was seen. */
  lastDay: z.object({ messagesPerHour: z.number(), bytesPerHour: z.number() }).nullable(),
  /** Until it is empty at the rates of now; null while it does not shrink. 0 when empty. */
  drainMs: z.number().nullable(),
  /** Of its nearest limit, 0-100. */
  usedPercent: z.number(),
  appended: z.number(),
  acknowledged: z.number(),
  deadLettered: z.number(),
  dropped: counts,
  /**
   * Messages that it refused because it was full (`reject-newest`), since the start; one that is offered again counts again. Not in the
   * books: they were never accepted.
   */
  refused: z.number(),
  balanced: z.boolean(),
  lastError: FaultView.nullable(),
});
export type OutboxStreamView = z.infer<typeof OutboxStreamView>;

/** Topic `storage`: one row, id `storage`. */
export const StorageView = z.object({
  id: z.literal('storage'),
  limits,
  whenFull: z.enum(['drop-lowest', 'drop-oldest', 'reject-newest', 'thin-out']),
  count: z.number(),
  bytes: z.number(),
  /** The books of the outbox since the store was made: in = delivered + waiting + dropped + dead-lettered. */
  books: z.object({
    in: z.number(),
    delivered: z.number(),
    waiting: z.number(),
    deadLettered: z.number(),
    dropped: counts,
    balanced: z.boolean(),
  }),
  deadLetters: z.object({
    held: z.number(),
    bytes: z.number(),
    maxMessages: z.number(),
    maxBytes: z.number(),
    evicted: z.number(),
  }),
  disk: z.object({
    freeBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
    /** What is never used. */
    roomBytes: z.number(),
    /** True while the room is used up and the policy holds the outbox at its size. */
    short: z.boolean(),
    storeBytes: z.number(),
  }),
  /** How long the gateway can be offline before something is dropped or refused, at the rate of the last day (or since start). */
  fuel: z.object({
    /** null while too little was seen to say (`overHours` is below a minute), and where nothing limits it. */
    hours: z.number().nullable(),
    /** Messages and payload bytes an hour that the figure is made from. */
    messagesPerHour: z.number(),
    bytesPerHour: z.number(),
    /** Measured over so many hours. */
    overHours: z.number(),
    limitedBy: z.enum(['hours', 'bytes', 'messages', 'disk', 'none']),
    /** The stream whose limit is met first; null: the outbox as a whole. */
    stream: z.string().nullable(),
    /** Subscriptions whose messages are dropped before that, because they say so (`expireAfterS`); the shortest first. */
    expiring: z.array(z.object({ subscription: z.string(), hours: z.number() })),
  }),
  wear: z.object({
    writtenTodayBytes: z.number(),
    /** Mean of the days that were seen whole, else today's extrapolated; null while too little was seen. */
    writtenPerDayBytes: z.number().nullable(),
    /** Newest last, at most 30. */
    days: z.array(z.object({ day: z.string(), bytes: z.number() })),
    /** Years until a flash disk of this size has been overwritten `cycles` times at this rate; null while unknown. */
    years: z.number().nullable(),
    cycles: z.number(),
  }),
  destinations: z.array(
    z.object({
      id: z.string(),
      state: LinkState,
      since: z.number(),
      endpoint: z.string(),
      lastError: FaultView.nullable(),
      inFlight: z.number(),
      window: z.number(),
      /** The token bucket of the line; null: not limited. `holding` while messages wait for it. */
      rate: z.object({ messagesPerS: z.number().nullable(), bytesPerS: z.number().nullable(), holding: z.boolean() }).nullable(),
      duplicatesPossible: z.number(),
    }),
  ),
  /** The check of the databases after the start, and what a damaged one cost. */
  check: z.object({ state: z.enum(['waiting', 'running', 'sound', 'damaged', 'failed']), at: z.number().nullable() }),
  salvage: z
    .object({
      state: z.enum(['running', 'done']),
      file: z.string(),
      at: z.number(),
      salvaged: z.number(),
      lost: z.number(),
      /** False where the books themselves were unreadable and `lost` is counted from gaps. */
      exact: z.boolean(),
    })
    .nullable(),
  time: z.object({
    trust: z.enum(['never', 'holding', 'synced']),
    since: z.number(),
    /** Who says so: `system`, `cloud`, or nobody. */
    by: z.string(),
    /** The last jump of the wall clock in ms, and when; null: none seen. */
    jump: z.object({ byMs: z.number(), at: z.number() }).nullable(),
    /** Messages that were delivered with a time that was put right, since the start. */
    redated: z.number(),
    /** How far the wall clock is ahead of the right time, as the system or the cloud has told; absent where nobody has. */
    aheadMs: z.number().optional(),
  }),
});
export type StorageView = z.infer<typeof StorageView>;

/** Numbers of one source that were not and will not be delivered. `count` of them between `first` and `last`. */
export const GapView = z.object({
  source: z.string(),
  first: z.number(),
  last: z.number(),
  count: z.number(),
  reason: z.string(),
  at: z.number(),
});
export type GapView = z.infer<typeof GapView>;

/**
 * Topic `certificates`: what became of every message that waited through an outage. Open while the line is down or the backlog
 * drains; then complete and never changed. All counts are messages to the cloud.
 */
export const CertificateView = z.object({
  /** `<gateway>-<number>`, counts up. */
  id: z.string(),
  state: z.enum(['open', 'complete']),
  gateway: z.string(),
  site: z.string(),
  endpoint: z.string(),
  /** The line was lost; wall time, put right if the clock was set since. */
  from: z.number(),
  /** The line was back; null while it is not. */
  restoredAt: z.number().nullable(),
  /** The backlog was drained; null while it is not. */
  to: z.number().nullable(),
  /** Durations in steady time: right whatever the wall clock did. */
  offlineMs: z.number(),
  drainMs: z.number().nullable(),
  clockTrust: z.enum(['never', 'holding', 'synced']),
  cause: FaultView.nullable(),
  /** Times the gateway was started anew meanwhile. */
  restarts: z.number(),
  waitingBefore: z.number(),
  accepted: z.number(),
  delivered: z.number(),
  deadLettered: z.number(),
  dropped: counts,
  waitingAfter: z.number(),
  /** accepted + waitingBefore = delivered + deadLettered + dropped + waitingAfter. */
  balanced: z.boolean(),
  highestBacklog: z.object({ messages: z.number(), bytes: z.number() }),
  duplicatesPossible: z.number(),
  /** Per source the range of custody numbers that this certificate answers for, and those in it that were not delivered. */
  sources: z.array(z.object({ source: z.string(), first: z.number(), last: z.number(), gaps: z.array(GapView) })),
  /** True where there were more sources or gaps than are listed. */
  abridged: z.boolean(),
  /** SHA-256, hex, over the canonical text of the ranges (`certificate-text.ts` says how); null while open. */
  hash: z.string().nullable(),
});
export type CertificateView = z.infer<typeof CertificateView>;

/** Answer of `deadletter.list`: newest first. */
export const DeadLetterView = z.object({
  id: z.number(),
  /** Its id in the spool, as in the cloud's log. */
  entry: z.number(),
  destination: z.string(),
  stream: z.string(),
  topic: z.string(),
  source: z.string(),
  custody: z.number(),
  /** When the message was made. */
  at: z.number(),
  size: z.number(),
  /** The first 4 KiB of the payload, base64; all of it from `deadletter.get`. */
  payload: z.string(),
  truncated: z.boolean(),
  fault: FaultView,
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;

/** Answer of `outbox.messages`: what waits in a stream. */
export const WaitingView = z.object({
  id: z.number(),
  topic: z.string(),
  source: z.string(),
  custody: z.number(),
  at: z.number(),
  /** True where `at` was put right after the clock was set. */
  redated: z.boolean(),
  ageMs: z.number(),
  expiresInMs: z.number().nullable(),
  size: z.number(),
  /** The first 4 KiB, base64. */
  payload: z.string(),
  truncated: z.boolean(),
});
export type WaitingView = z.infer<typeof WaitingView>;

/** Topic `sessions`: what the local broker remembers of its clients, here or away. */
export const SessionView = z.object({
  /** The MQTT client id. */
  id: z.string(),
  connected: z.boolean(),
  /** Since it is here or away. */
  since: z.number(),
  /** When a session whose client does not come back is forgotten; null while connected. */
  expiresAt: z.number().nullable(),
  subscriptions: z.number(),
  queued: z.number(),
  queuedBytes: z.number(),
  maxQueued: z.number(),
  /** Messages that were not kept because the session was full. */
  dropped: z.number(),
});
export type SessionView = z.infer<typeof SessionView>;
