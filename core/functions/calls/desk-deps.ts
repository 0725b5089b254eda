import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Draft } from '../../contract/message.ts';
import type { Gatekeeper } from './call-desk.ts';
import type { FunctionHost } from './host.ts';

/** What the calls of one function stand on. */
export interface DeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: FunctionHost;
  readonly gatekeeper: Gatekeeper;
  /** The router. Nothing, or a promise that resolves, means accepted (with a durable target: on disk). */
  publish(draft: Draft): Promise<void> | undefined;
  /** Queues on this message's way that would not take it now, by what a person calls them; asked and published in one turn. */
  fullQueues(draft: Draft): readonly string[];
  /** How many functions an event may go through. */
  hopLimit(): number;
  /** A new UUID. */
  newId(): string;
}
