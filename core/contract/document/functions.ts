import { z } from 'zod';
import { Id, TimeoutMs } from './common.ts';
import { Permissions } from './permissions.ts';
import { QueuePolicy } from './queue-policy.ts';
import { Schedule } from './schedules.ts';

const below = (endings: string, what: string) =>
  z
    .string()
    .min(1)
    .max(255)
    .regex(new RegExp(`^(?!.*\\.\\.)[\\w./-]+${endings}$`), what);

/** Where the code is: in the document itself, or beside it (kept with the version once it is applied). */
export const FunctionCode = z.union([
  z.strictObject({
    inline: z.string().min(1).max(262_144),
    /** `module`: export const handler. `commonjs`: exports.handler. */
    format: z.enum(['module', 'commonjs']).default('module'),
  }),
  z.strictObject({
    file: below('\\.(mjs|cjs|js|ts|mts|cts)', 'name a .mjs, .cjs, .js, .ts, .mts or .cts file below the folder of the document'),
  }),
  /** A Lambda package: at most 50 MB packed, 250 MB and 20,000 files unpacked, its own node_modules in it, no symbolic links. */
  z.strictObject({
    zip: below('\\.zip', 'name a .zip file below the folder of the document'),
    /** Refuses the document when the file is another one; `gatehouse function package` prints it. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
      .optional(),
  }),
  /** The same as a folder, for development; packed when the document is applied. */
  z.strictObject({
    folder: below('', 'name a folder below the folder of the document'),
  }),
]);
export type FunctionCodeConfig = z.infer<typeof FunctionCode>;

export const FunctionSpec = z
  .strictObject({
    name: Id,
    description: z.string().max(200).optional(),
    code: FunctionCode,
    /**
     * As in Lambda: `file.export`, `folder/file.export`, `file.object.export`; the file's ending is found. With `inline` and `file`
     * code the export alone (`handler`) is enough.
     */
    handler: z
      .string()
      .max(128)
      .regex(/^([\w-][\w./-]*\.)?[A-Za-z_$][\w$]*$/, 'must be an export ("handler") or a file and an export ("index.handler")')
      .refine((text) => !text.includes('..'), 'must not contain ".."')
      .default('handler'),
    /** `json`: the event is the parsed payload ({} when empty). `binary`: a Buffer. */
    encoding: z.enum(['json', 'binary']).default('json'),
    /** `on-demand`: instances as work asks for them. `long-lived`: one, from the start of the gateway on, with its own state. */
    lifetime: z.enum(['on-demand', 'long-lived']).default('on-demand'),
    /** `thread` bears faults; `process` also keeps files and child processes from it (README says what each stops). */
    isolation: z.enum(['thread', 'process']).default('thread'),
    timeoutMs: TimeoutMs.default(3000),
    /**
     * Memory of each instance, in MB. Heap and buffers are sampled ten times a second while it works, and an instance that uses more
     * than twice this (and a base of 16 MB) is ended; between two samples it may use more.
     */
    memoryMb: z.number().int().min(8, 'an instance needs at least 8 MB').max(4096).default(64),
    /** Scratch space in MB (TMPDIR, `os.tmpdir()`); looked at every second, an instance that holds more is ended and the space emptied. */
    scratchMb: z.number().int().min(0).max(10_240).default(64),
    /** Instances at most. With 1, events are handled strictly in order. */
    concurrency: z.number().int().min(1).max(16).default(1),
    /** Instances that are kept although nothing comes; 0: the first event after a rest waits for a start. */
    keepWarm: z.number().int().min(0).max(16).default(1),
    /** An instance above `keepWarm` without work for so long is ended. */
    idleMs: z.number().int().min(1000).max(86_400_000).default(60_000),
    /** Events with the same key are handled one after the other, also with several instances and between retries. */
    orderBy: z
      .union([z.literal('source'), z.literal('topic'), z.strictObject({ level: z.number().int().min(0).max(31) })])
      .optional(),
    queue: z
      .strictObject({
        size: z.number().int().min(1).max(100_000).default(1000),
        whenFull: QueuePolicy.default('reject-newest'),
      })
      .default({ size: 1000, whenFull: 'reject-newest' }),
    /** Of events that failed (also by timeout, crash and memory); what waits for a person's answer is never retried. */
    retries: z
      .strictObject({
        /** Attempts beyond the first. */
        count: z.number().int().min(0).max(100).default(0),
        firstDelayMs: z.number().int().min(10).max(3_600_000).default(1000),
        /** Delays double up to this, with jitter. */
        maxDelayMs: z.number().int().min(10).max(86_400_000).default(60_000),
        /** Kept on disk when all attempts are used up, to be looked at, tried again or discarded. */
        deadLetter: z.boolean().default(true),
      })
      .prefault({}),
    schedules: z.array(Schedule).max(50).default([]),
    /** Invoked once after each start of the gateway and each new version, with the event `{"start": "gateway" | "version"}`. */
    onStart: z.boolean().default(false),
    /** Messages that one invocation may publish. */
    maxPublishes: z.number().int().min(0).max(100_000).default(1000),
    permissions: Permissions.prefault({}),
    /** `@aws-sdk/client-iot-data-plane` in this function talks to this gateway instead of the cloud. */
    iotDataLocal: z.boolean().default(false),
    /** Names of AWS, Lambda and Greengrass (`AWS_LAMBDA_…`, `LAMBDA_TASK_ROOT`, `MY_FUNCTION_ARN`, …) are the gateway's to set. */
    env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'must be a name of letters, digits and "_"'), z.string()).default({}),
  })
  .refine((one) => one.lifetime === 'on-demand' || one.concurrency === 1, {
    path: ['concurrency'],
    message: 'a long-lived function has one instance',
  });
export type FunctionConfig = z.infer<typeof FunctionSpec>;
