import type { GatewayRuntime } from '../../../../core/api/handlers/runtime.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import type { Message } from '../../../../core/contract/message.ts';
import type { CertificateView } from '../../../../core/contract/outbox-views.ts';
import type { DeployEngine, EngineState } from '../../../../core/deploy/engine.ts';
import { createMemoryDeadLetters } from '../../../../core/store/memory-dead-letters.ts';
import { createMemorySpool, createMemorySpoolState } from '../../../../core/store/memory-spool.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

export const REFUSED = { code: 'cloud/rejected', message: 'too large', remedy: 'Send less.', at: 7 } as const;
export const CLI = { kind: 'cli', id: 'socket' } as const;
export const signal = new AbortController().signal;

export function message(n: number, payload: Uint8Array | string = `{"n":${n}}`): Message {
  return {
    topic: `t/${n}`,
    payload: Buffer.from(payload),
    qos: 1,
    retain: false,
    source: { kind: 'device', id: 'meter' },
    sequence: n,
    at: { wallMs: n, monoMs: n, bootId: 'dark', trust: 'never' },
    hops: 0,
  };
}

/** The parts of a running gateway that the calls of the outbox need, with a real spool in memory. */
export function createOutboxRuntime(text = '') {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const state = createMemorySpoolState();
  const spool = createMemorySpool(state, { steady: () => 1000 + clock.monotonic() });
  const deadLetters = createMemoryDeadLetters(state, spool);
  const applied: { text: string; by: string; note: string; basedOn: number | null; sameCode?: boolean | undefined }[] = [];
  const sessions = new Set(['printer']);
  const certificates: CertificateView[] = [];
  const engineState: EngineState = { state: text === '' ? 'none' : 'running', version: 4, name: 'site', appliedAt: 1 };
  const engine: Pick<DeployEngine, 'state' | 'text' | 'apply'> = {
    state: () => engineState,
    text: async () => text,
    async apply(next, options) {
      applied.push({ ...options, text: next });
      return 5;
    },
  };
  const parts = {
    clock,
    logs,
    engine,
    store: { spool, deadLetters },
    outbox: () => spool.stats().streams.map((one) => ({ id: one.name })),
    certificates: () => certificates,
    async forgetSession(id: string) {
      if (!sessions.delete(id)) throw new Error(`no session ${id}`);
    },
    redate: ({ wallMs }: { wallMs: number }) => ({ wallMs: wallMs + 1_000_000, redated: true }),
    steady: () => 1000 + clock.monotonic(),
  };
  return {
    clock,
    logs,
    spool,
    deadLetters,
    applied,
    sessions,
    certificates,
    // The other parts of a gateway are not asked by these calls.
    runtime: parts as unknown as GatewayRuntime,
    /** Messages that the cloud has refused. */
    async refuse(...messages: readonly Message[]) {
      const first = await spool.append(messages, 'rest');
      await spool.bury(
        messages.map((_, i) => first + i),
        REFUSED,
        'cloud',
      );
    },
    audit: (): Record<string, unknown>[] => logs.recent().map(({ event, data }) => ({ event, ...data })),
  };
}
