import { z } from 'zod';
import { Id, TimeoutMs } from './common.ts';

/** Where the code is: in the document itself, or a file beside it (kept with the version once it is applied). */
export const FunctionCode = z.union([
  z.strictObject({
    inline: z.string().min(1).max(262_144),
    /** `module`: export const handler. `commonjs`: exports.handler. */
    format: z.enum(['module', 'commonjs']).default('module'),
  }),
  z.strictObject({
    file: z
      .string()
      .min(1)
      .max(255)
      .regex(
        /^(?!.*\.\.)[\w./-]+\.(mjs|cjs|js|ts|mts)$/,
        'name a .mjs, .cjs, .js, .ts or .mts file below the folder of the document',
      ),
  }),
]);
export type FunctionCodeConfig = z.infer<typeof FunctionCode>;

export const QueuePolicy = z.enum(['reject-newest', 'drop-oldest', 'block-source']);
export type QueuePolicyName = z.infer<typeof QueuePolicy>;

export const FunctionSpec = z.strictObject({
  name: Id,
  description: z.string().max(200).optional(),
  code: FunctionCode,
  /** Name of the export that is called with (event, context). */
  handler: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/, 'must be the name of an export')
    .default('handler'),
  /** `json`: the event is the parsed payload ({} when empty). `binary`: a Buffer. */
  encoding: z.enum(['json', 'binary']).default('json'),
  timeoutMs: TimeoutMs.default(3000),
  /**
   * Memory of each thread, in MB. Heap and buffers are sampled ten times a second while it works, and a thread that uses more than twice
   * this (and a base of 16 MB) is ended; between two samples it may use more.
   */
  memoryMb: z.number().int().min(8, 'a thread needs at least 8 MB').max(4096).default(64),
  /** Threads at most. With 1, events are handled strictly in order. */
  concurrency: z.number().int().min(1).max(16).default(1),
  queue: z
    .strictObject({ size: z.number().int().min(1).max(100_000).default(1000), whenFull: QueuePolicy.default('reject-newest') })
    .default({ size: 1000, whenFull: 'reject-newest' }),
  /** Messages that one invocation may publish. */
  maxPublishes: z.number().int().min(0).max(100_000).default(1000),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'must be a name of letters, digits and "_"'), z.string()).default({}),
});
export type FunctionConfig = z.infer<typeof FunctionSpec>;
