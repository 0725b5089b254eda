import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { describe } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { StoreCondition } from '../store.ts';
import { DATABASES, type DatabaseName } from './move-aside.ts';
import type { CheckResult } from './quick-check-database.ts';

export interface QuickCheck {
  start(): void;
  /** Ends a check that is under way, without waiting for it. */
  stop(): void;
  state(): StoreCondition['check'];
}

export interface QuickCheckDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The folder of the databases. */
  readonly dir: string;
  /** Replaces a database that was found to be damaged. `since`: monotonic ms when the check of it began. */
  onDamaged(database: DatabaseName, cause: string, since: number): Promise<unknown>;
}

/** The first message and the first poll go before it. */
const AFTER_START_MS = 2000;

function inThread(file: string, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('./quick-check.worker.ts', import.meta.url), { workerData: file });
    thread.unref();
    const end = (): void => void thread.terminate();
    signal.addEventListener('abort', end, { once: true });
    thread.on('message', (result: CheckResult) => resolve(result)); // our own thread, of the same build
    thread.on('error', (cause) => resolve({ state: 'failed', cause: describe(cause) }));
    thread.on('exit', () => {
      signal.removeEventListener('abort', end);
      resolve({ state: 'failed', cause: 'the thread of the check ended' });
    });
  });
}

/** Looks once after the start whether the databases are sound, one after the other, in a thread that ends when it is done. */
export function createQuickCheck(deps: QuickCheckDeps, afterMs = AFTER_START_MS): QuickCheck {
  const { clock, log } = deps;
  const life = new AbortController();
  let check: StoreCondition['check'] = { state: 'waiting', at: null };
  let cancel = (): void => {};
  async function one(database: DatabaseName): Promise<CheckResult['state']> {
    const file = join(deps.dir, `${database}.db`);
    if (!existsSync(file)) return 'sound';
    const since = clock.monotonic();
    const result = await inThread(file, life.signal);
    if (life.signal.aborted || result.state === 'sound') return result.state;
    log.error('store.check', { file, result: result.state, message: result.cause });
    if (result.state === 'damaged') await deps.onDamaged(database, result.cause, since);
    return result.state;
  }
  async function run(): Promise<void> {
    check = { state: 'running', at: null };
    const results: CheckResult['state'][] = [];
    for (const database of DATABASES) {
      if (life.signal.aborted) return;
      results.push(
        await one(database).catch((cause: unknown) => {
          log.error('store.check-failed', { database, cause });
          return 'failed' as const;
        }),
      );
    }
    const worst = (['damaged', 'failed'] as const).find((state) => results.includes(state)) ?? 'sound';
    check = { state: worst, at: clock.now() };
    log.info('store.checked', { result: worst });
  }
  return {
    start() {
      cancel = clock.after(afterMs, () => void run());
    },
    stop() {
      cancel();
      life.abort();
    },
    state: () => check,
  };
}
