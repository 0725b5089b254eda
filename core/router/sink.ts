import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Message } from '../contract/message.ts';

/**
 * A target of subscriptions. `deliver` gets messages in order. Returning nothing (or a promise that resolves) means: taken over.
 * A rejection means that none of the batch was taken; `retry` on the error's code decides whether it is offered again.
 * For a durable sink, taken over means committed: sources wait for it before they acknowledge. A sink that took a part rejects with
 * `PartlyRefused`.
 */
export interface Sink {
  readonly durable: boolean;
  /** `route` is the subscription that they came by. */
  deliver(batch: readonly Message[], route: SubscriptionConfig): Promise<void> | undefined;
}

/** A rejection of a part of a batch: what is not named was taken over and must not be offered again. */
export class PartlyRefused extends Error {
  override readonly name = 'PartlyRefused';
  /** By position in the batch, with the reason. */
  readonly refused: ReadonlyMap<number, Error>;
  constructor(refused: ReadonlyMap<number, Error>) {
    super(`${refused.size} messages were not taken over`);
    this.refused = refused;
  }
}

/** A sink to which it is all the same by which subscription a message came; any of them is a `Sink`. */
export interface PlainSink {
  readonly durable: boolean;
  deliver(batch: readonly Message[]): Promise<void> | undefined;
}
