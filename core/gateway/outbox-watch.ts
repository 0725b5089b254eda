import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { OutboxConfig } from '../contract/document/outbox.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { OutboxStreamView, StorageView } from '../contract/outbox-views.ts';
import type { FaultView, GatewayView } from '../contract/views.ts';
import type { Store } from '../store/store.ts';
import { createOutboxFigures, type Dropping } from './outbox-figures.ts';
import { DEFAULT_OUTBOX, outboxRows, storageRow } from './outbox-view.ts';
import { createTrafficHistory } from './traffic-history.ts';
import { createWear, readWrittenBytes } from './wear.ts';

export interface OutboxWatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  steady(): number;
  readonly store: Pick<Store, 'spool' | 'figures' | 'condition'>;
  /** The outbox of the document that runs; null where none does. */
  config(): OutboxConfig | null;
  /** Of the document that runs. */
  subscriptions(): readonly SubscriptionConfig[];
  system(): GatewayView['system'];
  destinations(): StorageView['destinations'];
  /** What the far end last said against a message of this stream. */
  lastError(stream: string): FaultView | null;
  /** See `Refusals.of`. */
  refused(stream: string): number;
  time(): StorageView['time'];
  /** See `TimeKeeper.calendarNow`. */
  wallNow(): number | null;
  readWritten?(): Promise<number | null>;
}

export interface OutboxWatchOptions {
  readonly flashCycles: number;
  readonly deadLetterLimits: { readonly maxMessages: number; readonly maxBytes: number };
}

/** What the console sees of the outbox: rates, fuel gauge, wear and books. */
export interface OutboxWatch extends Service {
  outbox(): readonly OutboxStreamView[];
  storage(): StorageView;
  dropping(): readonly Dropping[];
}

/** Start it after the store, stop it before: it keeps hourly and daily figures there. */
export function createOutboxWatch(deps: OutboxWatchDeps, options: OutboxWatchOptions): OutboxWatch {
  const { clock, log, steady, store } = deps;
  const figures = createOutboxFigures({ clock, spool: store.spool });
  const traffic = createTrafficHistory({ clock, log, steady, spool: store.spool, figures: store.figures });
  const wear = createWear({
    clock,
    log,
    figures: store.figures,
    wallNow: deps.wallNow,
    readWritten: deps.readWritten ?? readWrittenBytes,
  });
  const parts: readonly Service[] = [figures, traffic, wear];
  const config = (): OutboxConfig => deps.config() ?? DEFAULT_OUTBOX;
  const outbox = (): readonly OutboxStreamView[] =>
    outboxRows({
      config: config(),
      stats: store.spool.stats(),
      steadyMs: steady(),
      figures: (stream) => figures.of(stream),
      traffic: (stream) => traffic.of(stream),
      lastError: (stream) => deps.lastError(stream),
      refused: (stream) => deps.refused(stream),
    });
  return {
    name: 'outbox-watch',
    async start(signal) {
      for (const part of parts) await part.start(signal);
    },
    async stop() {
      for (const part of parts) await part.stop();
    },
    outbox,
    storage() {
      const system = deps.system();
      return storageRow({
        rows: outbox(),
        config: config(),
        subscriptions: deps.subscriptions(),
        stats: store.spool.stats(),
        system,
        condition: store.condition(),
        traffic: (stream) => traffic.of(stream),
        deadLetterLimits: options.deadLetterLimits,
        wear: wear.view(system.diskTotalBytes, options.flashCycles),
        destinations: deps.destinations(),
        time: deps.time(),
      });
    },
    dropping: () => figures.dropping(),
  };
}
