import type { ClientContext } from '../invocation.ts';

/** The bytes of what was posted, in a buffer of their own: a view would bring the whole pool that it lies in over the line. */
export function postedBytes(payload: unknown): Uint8Array {
  if (payload === undefined || payload === null) return new Uint8Array(0);
  if (typeof payload === 'string') return new TextEncoder().encode(payload);
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload.slice(0));
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice();
  throw new TypeError(`Payload must be text or bytes, not ${typeof payload}: write it with JSON.stringify`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The client context of base64 and JSON; null for none. Of its parts only those that the SDK documents are carried on. */
export function postedContext(base64: unknown): ClientContext | null {
  if (base64 === undefined || base64 === null || base64 === '') return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(String(base64), 'base64').toString('utf8'));
  } catch (cause) {
    throw new Error('Client Context is invalid: it is not the base64 of JSON', { cause });
  }
  if (!isObject(parsed)) throw new Error('Client Context is invalid: it must be a JSON object');
  const context: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const part of ['client', 'custom', 'env'] as const) {
    const value = parsed[part];
    if (value === undefined || value === null) continue;
    if (!isObject(value)) throw new Error(`Client Context is invalid: "${part}" must be an object`);
    context[part] = value;
  }
  return context;
}
