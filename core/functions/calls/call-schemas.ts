import { z } from 'zod';
import type { SdkInput, SdkMethod } from './sdk-calls.ts';

/** As much as Lambda takes with an invocation. */
const MAX_PAYLOAD = 6 * 1024 * 1024;
/** Base64 in a header, in AWS's own; generous here. */
const MAX_CONTEXT = 16_384;

/** What came over the line may be of any kind; a view on shared memory could change after it was looked at. */
const Payload = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.byteLength <= MAX_PAYLOAD, 'must have at most 6 MB')
  .refine((bytes) => bytes.buffer instanceof ArrayBuffer, 'must not be shared memory');
const Topic = z.string().min(1).max(256);
const Name = z.string().min(1).max(256);
const Wall = z.number().min(0).max(8_640_000_000_000_000);

const Section = z.record(z.string(), z.unknown());
/** What Lambda has no name for stays here, as there. */
const Context = z
  .object({ client: Section.exactOptional(), custom: Section.exactOptional(), env: Section.exactOptional() })
  .refine((context) => (JSON.stringify(context)?.length ?? 0) <= MAX_CONTEXT, 'must have at most 16 KB as JSON');

const shadow = { thing: z.string().min(1).max(128), name: z.string().min(1).max(64).nullable() };

/** The inputs of the calls, for the main side only: an instance must not load zod. */
export const CALL_SCHEMAS: { readonly [M in SdkMethod]: z.ZodType<SdkInput<M>> } = {
  invoke: z.strictObject({
    target: Name,
    type: z.enum(['RequestResponse', 'Event']),
    payload: Payload,
    clientContext: Context.nullable(),
  }),
  'publish.greengrass': z.strictObject({ topic: Topic, payload: Payload, queueFull: z.enum(['AllOrError', 'BestEffort']) }),
  'shadow.get': z.strictObject(shadow),
  'shadow.update': z.strictObject({ ...shadow, payload: Payload }),
  'shadow.delete': z.strictObject(shadow),
  'secret.get': z.strictObject({ id: z.string().min(1).max(2048), stage: Name.nullable() }),
  'state.get': z.strictObject({ key: Name }),
  'state.set': z.strictObject({ key: Name, value: z.unknown(), revision: z.int().min(0).nullable() }),
  'state.keys': z.strictObject({ prefix: z.string().max(256), limit: z.int().min(1).max(10_000) }),
  'history.query': z
    .strictObject({ series: z.string().min(1).max(512), from: Wall, to: Wall, buckets: z.int().min(1).max(5000) })
    .refine((range) => range.from <= range.to, { path: ['from'], message: 'must not be after "to"' }),
  'device.command': z.strictObject({
    device: Name,
    point: Name,
    value: z.union([z.number(), z.string().max(65_536), z.boolean()]),
  }),
  'device.read': z.strictObject({ device: Name }),
  request: z.strictObject({ topic: Topic, payload: Payload, replyTopic: Topic, timeoutMs: z.number().min(1).max(600_000) }),
  'schedule.at': z.strictObject({ id: z.string().min(1).max(64), at: Wall, payload: Payload }),
  'schedule.cancel': z.strictObject({ id: z.string().min(1).max(64) }),
};
