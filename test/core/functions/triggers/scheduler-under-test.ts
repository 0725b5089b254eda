import { createEmitter } from '../../../../core/base/emitter.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import type { ScheduleConfig } from '../../../../core/contract/document/schedules.ts';
import type { ClockTrust } from '../../../../core/contract/message.ts';
import type { InvokeRequest } from '../../../../core/functions/invocation.ts';
import { createScheduler } from '../../../../core/functions/triggers/clock-scheduler.ts';
import type { Scheduler } from '../../../../core/functions/triggers/scheduler.ts';
import type { FunctionState } from '../../../../core/store/function-state.ts';
import {
  createMemoryFunctionState,
  createMemoryFunctionStateRows,
  type MemoryFunctionStateRows,
} from '../../../../core/store/memory-function-state.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';

export interface Ran {
  /** `HH:MM:SS.mmm` of the wall clock when it was asked for. */
  readonly at: string;
  readonly function: string;
  readonly event: unknown;
  readonly request: InvokeRequest;
}

/** A machine whose power can go: the disk and the clock outlive the scheduler. */
export interface Machine {
  readonly clock: ManualClock;
  readonly rows: MemoryFunctionStateRows;
  readonly ran: Ran[];
  /** What the function answers; null: it takes the event. */
  refuse(fault: Error | null): void;
  trust(trust: ClockTrust): void;
  /** Steady time goes on also while the gateway is off. */
  boot(schedules?: Parameters<Scheduler['apply']>[0], state?: FunctionState): Promise<Scheduler>;
}

const text = (wallMs: number): string => new Date(wallMs).toISOString().slice(11, 23);

export function createMachine(startWall = '2026-05-05T10:00:00Z'): Machine {
  const clock = createManualClock(Date.parse(startWall));
  const rows = createMemoryFunctionStateRows();
  const trusts = createEmitter<ClockTrust>();
  const ran: Ran[] = [];
  let fault: Error | null = null;
  let trust: ClockTrust = 'synced';
  async function invokeLater(name: string, request: InvokeRequest): Promise<string> {
    if (fault) throw fault;
    const event: unknown = JSON.parse(Buffer.from(request.payload).toString());
    ran.push({ at: text(clock.now()), function: name, event, request });
    return 'request';
  }
  return {
    clock,
    rows,
    ran,
    refuse(next) {
      fault = next;
    },
    trust(next) {
      trust = next;
      trusts.emit(next);
    },
    async boot(schedules, state = createMemoryFunctionState(rows)) {
      const log = createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('schedules');
      const time = { trust: () => trust, steady: () => 1e6 + clock.monotonic(), onTrust: trusts.on };
      const scheduler = createScheduler({ clock, log, time, state, invokeLater });
      await scheduler.start(new AbortController().signal);
      if (schedules) scheduler.apply(schedules);
      return scheduler;
    },
  };
}

type Missed = ScheduleConfig['missed'];

export const cron = (pattern: string, missed: Missed = 'once', timeZone = 'UTC') => ({
  function: 'alarm',
  config: { id: 'c', cron: pattern, timeZone, missed, enabled: true } satisfies ScheduleConfig,
});
export const every = (everyMs: number, missed: Missed = 'once') => ({
  function: 'alarm',
  config: { id: 'i', everyMs, missed, enabled: true } satisfies ScheduleConfig,
});
/** Due time and count of missed ones, as the events say. */
export const told = (ran: readonly Ran[]): string[] =>
  ran.map(({ at, event }) => {
    const { due, missed } = event as { due: string; missed: number }; // made by the scheduler
    return `${at.slice(0, 8)} for ${due.slice(11, 19)} missed ${missed}`;
  });
