import { z } from 'zod';
import { Id } from './common.ts';
import { TopicFilter } from './topic-filter.ts';

const ID = '[a-z0-9][a-z0-9_-]{0,63}';
const Invokers = z
  .string()
  .regex(
    new RegExp(`^(console|cli|cloud|function:(\\*|${ID}))$`),
    'use "console", "cli", "cloud", "function:<name>" or "function:*"',
  );
/** Series or secret names: text with `*` for any run of characters. */
const Pattern = z.string().min(1).max(256);
const AbsolutePath = z
  .string()
  .max(1024)
  .regex(/^(\/|[A-Za-z]:\\)(?!.*\.\.)/, 'must be an absolute path without ".."');

/** What a function may do. What is not named is denied with `function/denied`; subscriptions and schedules of the document need no mention. */
export const Permissions = z.strictObject({
  /** Topics. Left out: those that subscriptions with this function as source carry on. */
  publish: z.array(TopicFilter).max(200).optional(),
  /** Topics on which `request` may wait for its reply. */
  replies: z.array(TopicFilter).max(200).default([]),
  invokedBy: z.array(Invokers).max(200).default(['console', 'cli']),
  /** Functions it may invoke. */
  invoke: z
    .array(z.union([Id, z.literal('*')]))
    .max(200)
    .default([]),
  secrets: z.array(Pattern).max(200).default([]),
  shadows: z
    .array(
      z.strictObject({
        /** Thing name, or `*`. */
        thing: z.string().min(1).max(128),
        /** Shadow name, `*`, or left out for the classic one. */
        name: z.string().min(1).max(64).optional(),
        access: z.enum(['read', 'write']).default('read'),
      }),
    )
    .max(200)
    .default([]),
  devices: z
    .strictObject({
      read: z.array(z.union([Id, z.literal('*')])).default([]),
      command: z.array(z.union([Id, z.literal('*')])).default([]),
    })
    .prefault({}),
  history: z.array(Pattern).max(200).default([]),
  /** May set one-shot schedules of its own. */
  schedule: z.boolean().default(false),
  /** Gets AWS credentials by the container credentials endpoint. */
  awsCredentials: z.boolean().default(false),
  /** With `isolation: process` only: paths beyond its own folder and scratch space. */
  files: z
    .strictObject({
      read: z.array(AbsolutePath).max(50).default([]),
      write: z.array(AbsolutePath).max(50).default([]),
    })
    .prefault({}),
  /** With `isolation: process` only. Each of these three undoes the protection of files: what is started is not held to it. */
  childProcesses: z.boolean().default(false),
  workers: z.boolean().default(false),
  addons: z.boolean().default(false),
});
export type PermissionsConfig = z.infer<typeof Permissions>;
