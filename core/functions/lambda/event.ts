/** Turns a payload into the handler's event: parsed JSON (`{}` when empty), or a Buffer of its own. Throws with the topic named. */
export function decodeEvent(encoding: 'json' | 'binary', topic: string, payload: Buffer): unknown {
  if (encoding === 'binary') return Buffer.from(payload);
  if (payload.byteLength === 0) return {};
  try {
    const event: unknown = JSON.parse(payload.toString('utf8'));
    return event;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the payload on topic "${topic}" is not JSON (set "encoding": "binary" to get the bytes): ${why}`, { cause });
  }
}
