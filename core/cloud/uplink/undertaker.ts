import type { Clock } from '../../base/clock.ts';
import type { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Tracer } from '../../router/tracer.ts';
import type { Spool, SpoolEntry } from '../../store/spool.ts';

export interface UndertakerDeps {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tracer: Tracer;
}

const DESTINATION = 'cloud';
/** One line in the log per so long: a whole stream may be refused. */
const LOG_EVERY_MS = 10_000;

/** Moves what the cloud refuses for good to the dead letters. The entries leave the spool in the same transaction. */
export function createUndertaker(deps: UndertakerDeps): (entries: readonly SpoolEntry[], fault: GatewayError) => Promise<void> {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let unlogged = 0;
  return async (entries, fault) => {
    const { code, message, remedy } = fault;
    await deps.spool.bury(
      entries.map(({ id }) => id),
      { code, message, remedy, at: deps.clock.now() },
      DESTINATION,
    );
    unlogged += entries.length;
    for (const { message: own } of entries) {
      if (own.traceId !== undefined) deps.tracer.hop(own.traceId, 'dropped', DESTINATION, message);
    }
    const now = deps.clock.monotonic();
    if (now - loggedAt < LOG_EVERY_MS) return;
    deps.log.warn('uplink.dead-letter', { spoolId: entries[0]?.id, count: unlogged, cause: fault });
    loggedAt = now;
    unlogged = 0;
  };
}
