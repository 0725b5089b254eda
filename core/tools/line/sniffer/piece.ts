/** A part of what was heard on a bus. Times are monotonic ms: when its first and its last byte came. */
export type Piece = Frame | Noise;

export interface Frame {
  readonly kind: 'frame';
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** What it may be by its form. */
  readonly asRequest: boolean;
  readonly asAnswer: boolean;
}
export interface Noise {
  readonly kind: 'noise';
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** Who listens to a splitter. */
export interface Listener {
  take(piece: Piece): void;
  /** Whether an answer of this unit to this function is due: then bytes that could be a request too are its answer. */
  expects(unit: number, code: number): boolean;
}

/** Cuts what comes over a bus, in both directions, into frames. No timers; holds at most one frame's worth of bytes. */
export interface Splitter {
  push(chunk: Uint8Array, at: number): void;
  /** Nothing came for a while. */
  silence(): void;
  readonly pending: boolean;
}

/** Bytes that wait, each with the time at which it came. */
export interface HeldBytes {
  readonly bytes: Uint8Array;
  add(chunk: Uint8Array, at: number): void;
  /** Takes `count` bytes from the front. */
  take(count: number): { readonly bytes: Uint8Array; readonly from: number; readonly to: number };
}

export function holdBytes(): HeldBytes {
  let bytes: Uint8Array = new Uint8Array(0);
  let times: number[] = [];
  return {
    get bytes() {
      return bytes;
    },
    add(chunk, at) {
      bytes = Buffer.concat([bytes, chunk]);
      times = times.concat(new Array<number>(chunk.length).fill(at));
    },
    take(count) {
      const part = { bytes: bytes.slice(0, count), from: times[0] ?? 0, to: times[count - 1] ?? 0 };
      bytes = bytes.slice(count);
      times = times.slice(count);
      return part;
    },
  };
}
