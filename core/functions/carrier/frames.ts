import { deserialize, serialize } from 'node:v8';

/** Place of the line in a process: after standard input, output and error. */
export const LINE_DESCRIPTOR = 3;
/** Length of what follows, little-endian. */
const HEAD_BYTES = 4;

/** A message as it goes over the line of a process: its length, then V8's own form. Throws for what cannot be cloned. */
export function frameOf(message: unknown): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.byteLength);
  frame.writeUInt32LE(body.byteLength, 0);
  body.copy(frame, HEAD_BYTES);
  return frame;
}

export interface FrameListener {
  onMessage(value: unknown): void;
  /** What came is none of ours; nothing more is read. */
  onBroken(cause: Error): void;
}

/**
 * Puts the pieces that a line brings together to messages. Node's own channel between processes is not used, because it trusts the far
 * side: four wrong bytes there end the process that reads them. `mostBytes`: a longer message breaks the line.
 */
export function createFrameReader(listener: FrameListener, mostBytes: number): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let held = 0;
  let broken = false;

  function fail(why: string, cause?: unknown): void {
    broken = true;
    pieces = [];
    listener.onBroken(new Error(`what it sent is no message of an instance: ${why}`, { cause }));
  }
  function messageOf(body: Buffer): unknown {
    // Memory of its own: a payload that is kept must not keep all that came with it.
    return deserialize(new Uint8Array(body));
  }
  /** Takes the first `count` bytes off. */
  function cut(count: number): Buffer {
    const [first = Buffer.alloc(0)] = pieces;
    const all = first.byteLength >= count ? first : Buffer.concat(pieces);
    const rest = all.subarray(count);
    pieces = all === first ? [rest, ...pieces.slice(1)] : [rest];
    held -= count;
    return all.subarray(0, count);
  }
  let wanted: number | undefined;
  return (piece) => {
    if (broken) return;
    pieces.push(piece);
    held += piece.byteLength;
    while (!broken) {
      if (wanted === undefined) {
        if (held < HEAD_BYTES) return;
        wanted = cut(HEAD_BYTES).readUInt32LE(0);
        if (wanted > mostBytes) return fail(`${wanted} bytes`);
      }
      if (held < wanted) return;
      const body = cut(wanted);
      wanted = undefined;
      let value: unknown;
      try {
        value = messageOf(body);
      } catch (cause) {
        return fail('it cannot be read', cause);
      }
      listener.onMessage(value);
    }
  };
}
