import type { FramingConfig } from '../../contract/document/serial-devices.ts';
import { bytesOf } from './bytes.ts';

/** What stands at the begin of the bytes that are held. */
export type Cut =
  | { readonly kind: 'more' }
  /** These bytes belong to no frame. */
  | { readonly kind: 'drop'; readonly bytes: number }
  /** A frame from `from` to `to`; what follows it begins at `next`. */
  | { readonly kind: 'frame'; readonly from: number; readonly to: number; readonly next: number };

/** Looks for the next frame. Pure. */
export type Cutter = (held: Buffer) => Cut;

const MORE: Cut = { kind: 'more' };

/** How many bytes at the end of `held` may be the begin of `mark`. */
function beginOf(held: Buffer, mark: Uint8Array): number {
  for (let size = Math.min(mark.length - 1, held.length); size > 0; size -= 1) {
    if (held.subarray(held.length - size).equals(mark.subarray(0, size))) return size;
  }
  return 0;
}

/** Drops what stands before `mark`; undefined where the mark is at the begin. */
function seek(held: Buffer, mark: Uint8Array): Cut | undefined {
  const at = held.indexOf(mark);
  if (at === 0) return undefined;
  const bytes = at === -1 ? held.length - beginOf(held, mark) : at;
  return bytes === 0 ? MORE : { kind: 'drop', bytes };
}

function byDelimiter(framing: Extract<FramingConfig, { by: 'delimiter' }>, fromLastStart: boolean): Cutter {
  const start = framing.start === undefined ? new Uint8Array() : bytesOf(framing.start);
  const end = bytesOf(framing.end);
  const after = framing.after ?? 0;
  return (held) => {
    const away = start.length === 0 ? undefined : seek(held, start);
    if (away) return away;
    const at = held.indexOf(end, start.length);
    const next = at + end.length + after;
    if (at === -1 || held.length < next) return MORE;
    const from = fromLastStart && start.length > 0 ? held.lastIndexOf(start, at - start.length) : 0;
    if (from > 0) return { kind: 'drop', bytes: from };
    return { kind: 'frame', from: 0, to: after === 0 ? at : next, next };
  };
}

function byLength(framing: Extract<FramingConfig, { by: 'length' }>): Cutter {
  const sync = framing.sync === undefined ? new Uint8Array() : bytesOf(framing.sync);
  const { length } = framing;
  return (held) => {
    const away = sync.length === 0 ? undefined : seek(held, sync);
    if (away) return away;
    return held.length < length ? MORE : { kind: 'frame', from: 0, to: length, next: length };
  };
}

function byLengthField(framing: Extract<FramingConfig, { by: 'length-field' }>): Cutter {
  const sync = framing.sync === undefined ? new Uint8Array() : bytesOf(framing.sync);
  const { at, size, order, add } = framing;
  return (held) => {
    const away = sync.length === 0 ? undefined : seek(held, sync);
    if (away) return away;
    if (held.length < at + size) return MORE;
    const length = add + (order === 'big' ? held.readUIntBE(at, size) : held.readUIntLE(at, size));
    // A frame that ends before its own length is none.
    if (length < at + size) return { kind: 'drop', bytes: 1 };
    return held.length < length ? MORE : { kind: 'frame', from: 0, to: length, next: length };
  };
}

/**
 * The cutter of a framing; none for silence, which is a matter of time. `checked`: a checksum tells a frame that was cut off from one whose
 * content looks like a start. Without it the last start before an end counts: a frame that was cut off must not be glued to the next one.
 */
export function createCutter(framing: FramingConfig, checked: boolean): Cutter | undefined {
  switch (framing.by) {
    case 'delimiter':
      return byDelimiter(framing, !checked);
    case 'length':
      return byLength(framing);
    case 'length-field':
      return byLengthField(framing);
    case 'silence':
      return undefined;
  }
}
