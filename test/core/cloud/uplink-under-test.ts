import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { createUplink, type UplinkDeps, type UplinkOptions } from '../../../core/cloud/uplink.ts';
import { CloudSettings } from '../../../core/config/cloud-settings.ts';
import { Outbox } from '../../../core/contract/document/outbox.ts';
import type { FaultView } from '../../../core/contract/views.ts';
import type { Tracer } from '../../../core/router/tracer.ts';
import { createMemorySpool } from '../../../core/store/memory-spool.ts';
import type { Spool, SpoolEntry } from '../../../core/store/spool.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { type FakeLink, fakeLink } from './fake-link.ts';
import { message, noTracer } from './harness.ts';

export interface UnderTest {
  spool?: Spool;
  tracer?: Tracer;
  line?: FakeLink;
  settings?: Partial<CloudSettings>;
  outbox?: unknown;
  onDelivered?: (entries: readonly SpoolEntry[]) => void;
  redate?: UplinkDeps['redate'];
  onRedated?: (count: number) => void;
}

export const settingsOf = (more: Partial<CloudSettings> = {}): UplinkOptions['settings'] =>
  CloudSettings.parse({ url: 'mqtt://x', clientId: 'gw-1', ...more });

/** An uplink on a manual clock, a memory spool and a line in the hands of the test; started. */
export async function uplinkUnderTest(options: UnderTest = {}) {
  const clock = createManualClock();
  const memory = createMemorySpool(undefined, { steady: () => clock.monotonic() + 1, now: () => clock.now() });
  const spool = options.spool ?? memory;
  const line = options.line ?? fakeLink();
  const dead: { ids: readonly number[]; fault: FaultView }[] = [];
  const watched: Spool = {
    ...spool,
    async bury(ids, fault, destination) {
      await spool.bury(ids, fault, destination);
      dead.push({ ids, fault });
    },
  };
  const log = createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('uplink');
  const uplink = createUplink(
    {
      spool: watched,
      link: line.link,
      clock,
      log,
      metrics: createMetrics(),
      tracer: options.tracer ?? noTracer,
      steady: () => clock.monotonic() + 1,
      redate: options.redate ?? (({ wallMs }) => ({ wallMs, redated: false })),
      ...(options.onRedated && { onRedated: options.onRedated }),
      ...(options.onDelivered && { onDelivered: options.onDelivered }),
    },
    { settings: settingsOf(options.settings), outbox: Outbox.parse(options.outbox ?? {}), retryMs: 100 },
  );
  await uplink.start(new AbortController().signal);
  const append = (count: number, stream = 'rest', topic = 'dt', source = 'meter') =>
    spool.append(
      Array.from({ length: count }, (_, i) => message(`${topic}/${i}`, String(i), { source: { kind: 'device', id: source } })),
      stream,
    );
  /** Lets what is under way come about: several hops of promises. */
  const settle = async () => {
    for (let i = 0; i < 5; i += 1) await clock.advance(0);
  };
  return { clock, spool, line, dead, uplink, append, settle };
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
