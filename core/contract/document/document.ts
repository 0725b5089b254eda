import { z } from 'zod';
import { Id, Label } from './common.ts';
import { Device } from './devices.ts';
import { FunctionSpec } from './functions.ts';
import { Outbox } from './outbox.ts';
import { Servers } from './servers.ts';
import { Subscription } from './subscriptions.ts';

export const DOCUMENT_SCHEMA = 'gatehouse/1';

export const SiteSettings = z.strictObject({
  history: z
    .strictObject({
      /** Raw values older than this are removed. */
      keepDays: z.number().min(0.01).max(3660).default(30),
      /** Rows at most; the oldest go first. */
      maxRows: z.number().int().min(1000).max(100_000_000).default(5_000_000),
    })
    .default({ keepDays: 30, maxRows: 5_000_000 }),
  /** A message that has been through more functions than this is stopped: it goes in circles. */
  hopLimit: z.number().int().min(1).max(64).default(8),
});

/** All that a site does. Immutable once applied; every change is a new version of it. */
export const DeploymentDocument = z.strictObject({
  schema: z.literal(DOCUMENT_SCHEMA, { error: `must be "${DOCUMENT_SCHEMA}"` }),
  name: Id,
  site: Label.default('My site'),
  description: z.string().max(1000).optional(),
  devices: z.array(Device).max(2000).default([]),
  functions: z.array(FunctionSpec).max(200).default([]),
  subscriptions: z.array(Subscription).max(10_000).default([]),
  outbox: Outbox.prefault({}),
  /** What others may read from this gateway. */
  servers: Servers.optional(),
  settings: SiteSettings.default({ history: { keepDays: 30, maxRows: 5_000_000 }, hopLimit: 8 }),
});
export type SiteDocument = z.infer<typeof DeploymentDocument>;
