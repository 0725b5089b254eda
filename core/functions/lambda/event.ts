/** A payload that is a part of its batch. */
export interface PayloadPlace {
  readonly topic: string;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Turns a payload into the handler's event: parsed JSON (`{}` when empty), or a Buffer of its own. Throws with the topic named. */
export function decodeEvent(encoding: 'json' | 'binary', { topic, bytes, start, end }: PayloadPlace): unknown {
  if (encoding === 'binary') return Buffer.from(bytes.subarray(start, end));
  if (start === end) return {};
  try {
    const event: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return event;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the payload on topic "${topic}" is not JSON (set "encoding": "binary" to get the bytes): ${why}`, { cause });
  }
}
