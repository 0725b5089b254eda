import { z } from 'zod';
import { Id } from './common.ts';
import { QueuePolicy } from './queue-policy.ts';
import { TopicFilter } from './topic-filter.ts';

const ID = '[a-z0-9][a-z0-9_-]{0,63}';
/** `cloud`, `local` (clients of the broker), `device:<id>` or `device:*`, `function:<name>`. */
export const SubscriptionSource = z
  .string()
  .regex(
    new RegExp(`^(cloud|local|device:(\\*|${ID})|function:(\\*|${ID}))$`),
    'use "cloud", "local", "device:<id>", "device:*", "function:<name>" or "function:*"',
  );
/** `cloud`, `local`, `device:<id>` (writes its points), `function:<name>`, `history`, `alarms` (shown on the screen). */
export const SubscriptionTarget = z
  .string()
  .regex(
    new RegExp(`^(cloud|local|history|alarms|device:${ID}|function:${ID})$`),
    'use "cloud", "local", "history", "alarms", "device:<id>" or "function:<name>"',
  );

/** A route. Nothing flows between parties that no subscription allows. */
export const Subscription = z.strictObject({
  id: Id,
  source: SubscriptionSource,
  subject: TopicFilter,
  target: SubscriptionTarget,
  /** Waiting room of this route, in messages, and what happens when it is full. */
  queue: z
    .strictObject({ size: z.number().int().min(1).max(100_000).default(1000), whenFull: QueuePolicy.default('block-source') })
    .default({ size: 1000, whenFull: 'block-source' }),
  /** With the target `cloud`: a message that could not be sent within so many seconds is dropped and counted. */
  expireAfterS: z.number().min(1).max(315_360_000).optional(),
  enabled: z.boolean().default(true),
});
export type SubscriptionConfig = z.infer<typeof Subscription>;
