import { GatewayError } from '../base/errors.ts';
import type { Spool } from '../store/spool.ts';

/** Counts what the streams of the outbox refuse because they are full. */
export interface Refusals {
  /** The spool's own, watched. */
  readonly append: Spool['append'];
  /** Messages that this stream has refused, since the start. One that is offered again counts again. */
  of(stream: string): number;
}

/** Names of streams come from the document, so there are few. */
export function createRefusals(spool: Pick<Spool, 'append'>): Refusals {
  const counts = new Map<string, number>();
  return {
    append(messages, stream, expiresInMs) {
      const kept = spool.append(messages, stream, expiresInMs);
      kept.catch((cause: unknown) => {
        if (cause instanceof GatewayError && cause.code === 'outbox/full')
          counts.set(stream, (counts.get(stream) ?? 0) + messages.length);
      });
      return kept;
    },
    of: (stream) => counts.get(stream) ?? 0,
  };
}
