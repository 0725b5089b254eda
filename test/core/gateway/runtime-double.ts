import { createAlarms } from '../../../core/alarms/alarms.ts';
import type { GatewayRuntime } from '../../../core/api/handlers/runtime.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { CertificateView, OutboxStreamView, SessionView, StorageView } from '../../../core/contract/outbox-views.ts';
import type { Dropping } from '../../../core/gateway/outbox-figures.ts';
import { DEFAULT_OUTBOX, outboxRows, storageRow } from '../../../core/gateway/outbox-view.ts';
import type { SpoolStats } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { spoolStats, streamStats } from './spool-figures.ts';

const IDLE = { inPerS: 0, outPerS: 0, inBytesPerS: 0, drainMs: null };

/** The outbox's part of a running gateway, with states that a test sets. All is well at first. */
export function createRuntimeDouble() {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const alarms = createAlarms({ clock, log: logs.logger('alarms') });
  const state = {
    stats: spoolStats([streamStats('rest')]) as SpoolStats,
    rows: [] as Partial<OutboxStreamView>[],
    storage: {} as Partial<StorageView>,
    dropping: [] as Dropping[],
    sessions: [] as SessionView[],
    certificates: [] as CertificateView[],
    torn: [] as { file: string; message: string }[],
    movedAside: [] as { file: string; movedTo: string; at: number }[],
    certificateEndsAt: null as number | null,
  };
  const outbox = (): OutboxStreamView[] =>
    outboxRows({
      config: DEFAULT_OUTBOX,
      stats: state.stats,
      steadyMs: 0,
      figures: () => IDLE,
      traffic: () => null,
      lastError: () => null,
      refused: () => 0,
    }).map((row) => ({ ...row, ...state.rows.find((one) => one.id === row.id) }));
  const storage = (): StorageView => ({
    ...storageRow({
      rows: outbox(),
      config: DEFAULT_OUTBOX,
      subscriptions: [],
      stats: state.stats,
      system: { diskFreeBytes: 20e9, diskTotalBytes: 32e9 },
      condition: { check: { state: 'sound', at: 0 }, salvage: null, bytes: 1000 },
      traffic: () => null,
      deadLetterLimits: { maxMessages: 10_000, maxBytes: 1e8 },
      wear: { writtenTodayBytes: 0, writtenPerDayBytes: null, days: [], years: null, cycles: 3000 },
      destinations: [],
      time: { trust: 'synced', since: 0, by: 'system', jump: null, redated: 0 },
    }),
    ...state.storage,
  });
  const parts = {
    clock,
    logs,
    alarms,
    store: { condition: () => ({ movedAside: state.movedAside }) },
    outbox,
    storage,
    dropping: () => state.dropping,
    sessions: () => state.sessions,
    certificates: () => state.certificates,
    tornFiles: () => state.torn,
    certificateEndsAt: () => state.certificateEndsAt,
  };
  // The other parts of a gateway are not asked by what is tested with this.
  return { state, clock, alarms, runtime: parts as unknown as GatewayRuntime };
}
