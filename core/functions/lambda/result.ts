/** Bytes of what a handler returned. With binary encoding text and bytes go as they are; all else is JSON, `undefined` is `null`. Throws for what JSON cannot say. */
export function resultBytes(encoding: 'json' | 'binary', result: unknown): Uint8Array {
  if (encoding === 'binary') {
    if (result instanceof Uint8Array) return result;
    if (result instanceof ArrayBuffer) return new Uint8Array(result);
    if (typeof result === 'string') return Buffer.from(result, 'utf8');
  }
  return Buffer.from(jsonOf(result), 'utf8');
}

/** Throws for a result that JSON cannot say, also where nobody waits for it: such an invocation has failed. */
export function checkResult(encoding: 'json' | 'binary', result: unknown): void {
  if (result === undefined || result === null || typeof result === 'string' || typeof result === 'number') return;
  if (encoding === 'binary' && (result instanceof Uint8Array || result instanceof ArrayBuffer)) return;
  jsonOf(result);
}

function jsonOf(result: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(result ?? null);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new TypeError(`the result cannot be written as JSON: ${why}`, { cause });
  }
  if (text === undefined) throw new TypeError(`the result cannot be written as JSON: it is a ${typeof result}`);
  return text;
}
