import type { Isolation } from '../carrier/carrier.ts';
import type { FromInstance, ToInstance } from '../protocol.ts';

/** The inside's end of a carrier. */
export interface InsideLine {
  readonly isolation: Isolation;
  /** In order. Buffers in `transfer` are not to be used afterwards. */
  send(message: FromInstance, transfer: ArrayBuffer[]): void;
  /** Calls `done` when the message has left, or cannot any more. */
  sendLast(message: FromInstance, done: () => void): void;
  /** Something that was sent has not left yet. */
  readonly unsent: () => boolean;
  /** Called once. What came before is told then. */
  onMessage(listener: (message: ToInstance) => void): void;
  /** Whether the line keeps the event loop going. */
  ref(): void;
  unref(): void;
}
