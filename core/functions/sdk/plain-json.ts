/** A value as JSON has it, so that what comes back is what was given. Throws a TypeError that names `what` for anything JSON cannot say. */
export function plainJson(what: string, value: unknown): string {
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new TypeError(`${what} cannot be written as JSON: ${why}`, { cause });
  }
  if (typeof text !== 'string') throw new TypeError(`${what} cannot be written as JSON: it is ${typeof value}`);
  return text;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An event for a function: bytes as they are, nothing as an empty payload, anything else as JSON. In a buffer of its own. */
export function eventBytes(what: string, event: unknown): Uint8Array {
  if (event === undefined) return new Uint8Array(0);
  if (event instanceof ArrayBuffer) return new Uint8Array(event.slice(0));
  if (event instanceof Uint8Array) return event.slice();
  return bytesOf(plainJson(what, event));
}
