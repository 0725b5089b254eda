import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Draft } from '../contract/message.ts';
import { createLater, type Waiter } from '../router/waiter.ts';
import type { SiteBroker } from './site-broker.ts';

export interface FormerWillDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The router's. */
  offer(draft: Draft, waiter: Waiter): boolean;
}

/**
 * Sends the wills of clients that were connected when the gateway died: for them the line broke. Each is forgotten when the router
 * and the sessions have it; what they do not take is tried again until `signal`.
 */
export async function sendFormerWills(
  { clock, log, offer }: FormerWillDeps,
  site: SiteBroker,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff({ firstMs: 1000, maxMs: 60_000 });
  const former = [...site.memory.wills.all()].filter(({ brokerId }) => brokerId !== site.id);
  for (const will of former) {
    const { topic, payload, qos, retain, clientId = '', brokerId = '' } = will;
    const bytes = Buffer.from(payload);
    while (!signal.aborted) {
      try {
        const later = createLater();
        if (!offer({ topic, payload: bytes, qos, retain, source: { kind: 'client', id: clientId } }, later))
          await later.promise();
        await site.distribute({ cmd: 'publish', topic, payload: bytes, qos, retain, dup: false }, null);
        await site.memory.wills.remove(clientId, brokerId);
        backoff.reset();
        break;
      } catch (cause) {
        log.warn('broker.will-waits', { cause, client: clientId, topic });
        await clock.sleep(backoff.next(), signal).catch(() => undefined);
      }
    }
  }
}
