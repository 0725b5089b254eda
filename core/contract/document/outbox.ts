import { z } from 'zod';
import { Id } from './common.ts';
import { TopicFilter } from './topic-filter.ts';

/** The stream of everything that no other stream takes. */
export const REST_STREAM = 'rest';

/** Classes of priority, first served first. A higher class overtakes; a lower one is never starved. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export const Priority = z.enum(PRIORITIES);
export type PriorityName = z.infer<typeof Priority>;

/** What happens when a stream meets one of its limits. */
export const StreamPolicy = z.enum(['drop-oldest', 'reject-newest', 'thin-out']);
export type StreamPolicyName = z.infer<typeof StreamPolicy>;
/** What happens when all streams together meet a limit, or the disk has no room left. */
export const OutboxPolicy = z.enum(['drop-lowest', 'drop-oldest', 'reject-newest', 'thin-out']);
export type OutboxPolicyName = z.infer<typeof OutboxPolicy>;

/** How much is kept; null: no limit of this kind. Whichever is met first counts. */
export const Keep = z.strictObject({
  hours: z
    .number()
    .min(0.001, 'must be at least 0.001 h (3.6 s)')
    .max(87_600, 'must be at most ten years (87600 h)')
    .nullable()
    .default(null),
  /** Payload bytes. */
  bytes: z.number().int().min(1024, 'must be at least 1024 bytes').nullable().default(null),
  messages: z.number().int().min(1).nullable().default(null),
});
export type KeepLimits = z.infer<typeof Keep>;

/** Several messages of one topic as one JSON array, for a slow or paid line. */
export const Batch = z.strictObject({
  messages: z.number().int().min(2).max(10_000).default(100),
  /** Of the array before it is packed. */
  bytes: z.number().int().min(256).max(134_217_728).default(100_000),
  /** So long the first message of a batch waits for others. */
  waitS: z.number().min(0).max(3600).default(5),
  gzip: z.boolean().default(true),
});
export type BatchConfig = z.infer<typeof Batch>;

/** A stream: messages that are kept, limited and sent by rules of their own. The first one that fits takes a message. */
export const OutboxStream = z
  .strictObject({
    id: Id,
    /** Of this subscription (whose target is `cloud`) ... */
    subscription: Id.optional(),
    /** ... or on these topics. */
    filter: TopicFilter.optional(),
    priority: Priority.default('normal'),
    keep: Keep.prefault({}),
    whenFull: StreamPolicy.default('drop-oldest'),
    /** `thin-out` keeps every n-th message of a series (a topic). */
    keepEvery: z.number().int().min(2).max(1000).default(10),
    /** `newest-first`: after an outage what is new goes before the backlog. The order per source is then not kept. */
    order: z.enum(['oldest-first', 'newest-first']).default('oldest-first'),
    /** A field of this name, with id, source, sequence and time, is put into payloads that are JSON objects. */
    idField: z
      .string()
      .regex(/^[A-Za-z_][\w-]{0,63}$/, 'use a letter or "_", then letters, digits, "_" and "-"')
      .optional(),
    batch: Batch.optional(),
  })
  .refine((one) => (one.subscription === undefined) !== (one.filter === undefined), {
    path: ['filter'],
    message: 'name either a subscription or a filter',
  })
  .refine((one) => one.id !== REST_STREAM, { path: ['id'], message: `"${REST_STREAM}" is the stream of all other messages` });
export type OutboxStreamConfig = z.infer<typeof OutboxStream>;

/** What waits for the cloud: how much of it is kept, and what happens when that is not enough. */
export const Outbox = z.strictObject({
  /** Of all streams together. */
  keep: Keep.prefault({ hours: 8760, bytes: 8_589_934_592 }),
  whenFull: OutboxPolicy.default('drop-lowest'),
  /** Room on the disk that is never used; whichever is less. */
  room: z
    .strictObject({
      percent: z.number().min(0).max(50).default(5),
      bytes: z.number().int().min(0).default(536_870_912),
    })
    .prefault({}),
  streams: z.array(OutboxStream).max(100).default([]),
});
export type OutboxConfig = z.infer<typeof Outbox>;
