import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { SessionView } from '../contract/outbox-views.ts';
import type { BrokerMemory } from './broker-memory.ts';
import type { Clients } from './clients.ts';
import type { MemoryLimits } from './memory-limits.ts';
import type { Session } from './session-book.ts';

export interface SessionDeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly clients: Clients;
  readonly memory: BrokerMemory;
  /** Time that only moves forward, over restarts too. */
  steady(): number;
  onChanged(): void;
}

/** Shows the sessions, forgets them when a person says so, and those whose clients do not come back. */
export interface SessionDesk {
  list(): readonly SessionView[];
  /** Ends the connection too where there is one. Rejects with `broker/unknown-session`. */
  forget(id: string): Promise<void>;
  start(): void;
  stop(): void;
}

const MINUTE_MS = 60_000;

export function createSessionDesk(
  deps: SessionDeskDeps,
  options: { readonly limits: MemoryLimits; readonly forgetAfterMs: number },
): SessionDesk {
  const { clock, log, clients, memory } = deps;
  const { limits, forgetAfterMs } = options;
  let cancel: (() => void) | null = null;

  function view(session: Session): SessionView {
    const { id, queue, awaySince, subscriptions, dropped } = session;
    const client = clients.find(id);
    const now = clock.now();
    // To the second: a time that trembles by a ms would be sent again and again.
    const awayMs = awaySince === null ? 0 : deps.steady() - awaySince;
    const second = (ms: number): number => Math.round(ms / 1000) * 1000;
    return {
      id,
      connected: client !== undefined,
      since: client ? clients.recordOf(client).since.wallMs() : second(now - awayMs),
      expiresAt: client ? null : second(now + Math.max(0, forgetAfterMs - awayMs)),
      subscriptions: subscriptions.size,
      queued: queue.size,
      queuedBytes: queue.bytes,
      maxQueued: limits.sessionMessages,
      dropped,
    };
  }
  function sweep(): void {
    const now = deps.steady();
    for (const session of memory.book.all()) {
      const { id, awaySince } = session;
      if (clients.find(id)) continue;
      // Its client went before it was fully connected.
      if (awaySince === null) void memory.left(id, now);
      else if (now - awaySince >= forgetAfterMs) {
        log.info('broker.session-forgotten', { client: id, awayMs: now - awaySince, queued: session.queue.size });
        void memory.forget(id);
        deps.onChanged();
      }
    }
  }
  return {
    list: () => Array.from(memory.book.all(), view),
    async forget(id) {
      if (!memory.book.get(id)) {
        throw new GatewayError('broker/unknown-session', `The local broker knows no session of a client ${id}.`);
      }
      const client = clients.find(id);
      if (client) await new Promise<void>((resolve) => client.close(resolve));
      await memory.forget(id);
      log.info('broker.session-forgotten', { client: id, awayMs: null, queued: 0 });
      deps.onChanged();
    },
    start() {
      cancel = clock.every(Math.min(MINUTE_MS, forgetAfterMs / 4), sweep);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
