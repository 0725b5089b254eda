/** A message as `subscribe` and `request` give it. */
export type Incoming = import('gatehouse').Incoming;

/** `bytes` may be a view of a batch: they are copied when the function asks for them, and read where they are for text and JSON. */
export function incomingOf(topic: string, source: string, bytes: Uint8Array): Incoming {
  let own: Uint8Array | undefined;
  const text = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return {
    topic,
    source,
    get payload() {
      own ??= bytes.slice();
      return own;
    },
    text,
    json() {
      try {
        return JSON.parse(text());
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`the message on topic "${topic}" is not JSON: ${why}`, { cause });
      }
    },
  };
}
