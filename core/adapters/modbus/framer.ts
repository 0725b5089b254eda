/**
 * What a framer made of the bytes. `garbage` is whatever could not be part of a sound frame: `crc` where it had the shape of one and only its
 * check sum was wrong.
 */
export type Heard =
  | {
      readonly kind: 'frame';
      readonly unit: number;
      readonly transaction: number;
      readonly pdu: Uint8Array;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'garbage'; readonly bytes: Uint8Array; readonly fault: 'crc' | 'framing'; readonly why: string };

/** Cuts a byte stream into frames. Pure: no timers, no input or output. Holds at most one frame's worth of bytes. */
export interface Framer {
  /** Adds unit and check sum or header. `transaction` is 0 where the protocol has none. */
  wrap(unit: number, transaction: number, pdu: Uint8Array): Uint8Array;
  push(chunk: Uint8Array): Heard[];
  /** Nothing more came for a while: what is incomplete will never be complete. */
  silence(): Heard[];
  /** True while bytes of an incomplete frame are held. */
  readonly pending: boolean;
}
