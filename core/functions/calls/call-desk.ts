import type { Invoker, Seen } from '../invocation.ts';
import type { SdkInput, SdkMethod, SdkOutput } from './sdk-calls.ts';

/** Who asks: the function and, where there is one, the event that it handles. */
export interface CallFacts {
  readonly function: string;
  readonly hops: number;
  readonly traceId: string | undefined;
  /** Of who watches the invocation: what it publishes is noted there. */
  readonly seen?: Seen | null | undefined;
}

export type SdkHandlers = {
  readonly [M in SdkMethod]: (input: SdkInput<M>, facts: CallFacts, signal: AbortSignal) => Promise<SdkOutput<M>>;
};

/**
 * The main side of the SDK calls of one function: parses, asks the permissions, does it, and turns any fault into plain data. At most
 * 1,000 calls are under way per function (`function/busy` beyond); those of an instance that ends are aborted.
 */
export interface CallDesk {
  take(method: string, input: unknown, facts: CallFacts, signal: AbortSignal): Promise<unknown>;
}

/** Answers by the deployment document; every refusal is `function/denied` and names function, what it wanted, and the line that would allow it. */
export interface Gatekeeper {
  /** Hot path: decided once per topic and remembered (bounded). */
  mayPublish(topic: string): boolean;
  /** Throws `function/denied`. */
  demand(what: Demand): void;
  mayBeInvokedBy(by: Invoker): boolean;
}
export type Demand =
  | { readonly kind: 'publish' | 'reply'; readonly topic: string }
  | { readonly kind: 'invoke'; readonly function: string }
  | { readonly kind: 'secret'; readonly id: string }
  | {
      readonly kind: 'shadow';
      readonly thing: string;
      readonly name: string | null;
      readonly write: boolean;
    }
  | {
      readonly kind: 'device';
      readonly device: string;
      readonly write: boolean;
    }
  | { readonly kind: 'history'; readonly series: string }
  | { readonly kind: 'schedule' | 'credentials' };
