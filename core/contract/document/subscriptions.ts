import { z } from 'zod';
import { Id } from './common.ts';
import { QueuePolicy } from './functions.ts';

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

/** MQTT topic filter (MQTT 3.1.1, section 4.7). */
export const TopicFilter = z
  .string()
  .min(1, 'must not be empty')
  .max(256, 'must have at most 256 bytes')
  .refine(
    (text) =>
      text.split('/').every((level, i, all) => (level === '#' ? i === all.length - 1 : level === '+' || !/[+#]/.test(level))),
    {
      message: '"+" must fill a level, "#" must be the last level',
    },
  )
  .refine((text) => !text.includes('\u0000'), { message: 'must not contain NUL' });

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
