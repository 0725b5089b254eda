import type { Message } from '../contract/message.ts';

/**
 * A target of subscriptions. `deliver` gets messages in order. Returning nothing (or a promise that resolves) means: taken over.
 * A rejection means that none of the batch was taken; `retry` on the error's code decides whether it is offered again.
 * For a durable sink, taken over means committed: sources wait for it before they acknowledge.
 */
export interface Sink {
  readonly durable: boolean;
  deliver(batch: readonly Message[]): Promise<void> | undefined;
}
