/** `bad` says why in `note`; `stale` means: it was good, and nothing newer came in time. */
export type Quality = 'good' | 'stale' | 'bad';

/** One value of one point of a device. */
export interface Reading {
  /** The point's name in the deployment document. */
  readonly point: string;
  /** null where the quality is bad and there is no value. */
  readonly value: number | string | boolean | null;
  readonly quality: Quality;
  /** Why the quality is not good, in a technician's words. */
  readonly note?: string;
}

/** The readings that one frame or one poll gave, so that what belongs together stays together. */
export interface ReadingBatch {
  readonly readings: readonly Reading[];
  /** Wall time in ms when the device was sampled. */
  readonly sampledAt: number;
  /** Nothing was heard from the device: the readings only say why there are none. No sign of life. */
  readonly unheard?: true;
  /**
   * Of earlier: what a device kept while it was cut off. It goes to the subscribers and into the history with its own time; what is known
   * of the present stays as it is.
   */
  readonly past?: true;
}

/** A frame as it was on the wire, for the screen: what was sent or heard beside what was decoded from it. */
export interface RawFrame {
  readonly direction: 'in' | 'out';
  readonly bytes: Uint8Array;
  /** What it means, e.g. `read 4 holding registers from 0x0010` or `total_power = 1234.5 W`. */
  readonly decoded: string;
  /** True where the frame could not be used (wrong CRC, exception, garbage). */
  readonly faulty: boolean;
}
