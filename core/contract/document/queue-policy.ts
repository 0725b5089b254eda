import { z } from 'zod';

export const QueuePolicy = z.enum(['reject-newest', 'drop-oldest', 'block-source']);
export type QueuePolicyName = z.infer<typeof QueuePolicy>;
