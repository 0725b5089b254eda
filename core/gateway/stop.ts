import type { Clock } from '../base/clock.ts';
import { settledWithin } from '../base/deadline.ts';
import type { Logger } from '../base/log.ts';

/** Each part gets this long; together they stay below the 5 s that a stop may take. */
const EACH_MS = 2200;
const ALL_MS = 4300;

/** Stops parts one after the other. A part that hangs or throws is reported and left behind: stopping goes on. */
export async function stopInTurn(clock: Clock, log: Logger, parts: readonly (() => Promise<void>)[]): Promise<void> {
  const deadline = clock.monotonic() + ALL_MS;
  for (const [i, part] of parts.entries()) {
    const limitMs = Math.max(100, Math.min(EACH_MS, deadline - clock.monotonic()));
    const work = part().catch((cause: unknown) => log.error('gateway.stop-failed', { part: i, cause }));
    if (!(await settledWithin(clock, limitMs, work))) log.error('gateway.stop-late', { part: i, limitMs });
  }
}
