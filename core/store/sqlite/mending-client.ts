import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Store, StoreCondition } from '../store.ts';
import type { DatabaseName, MovedAside } from './move-aside.ts';
import { createQuickCheck } from './quick-check.ts';
import type { WorkerLink } from './worker-link.ts';

export interface MendingClient {
  readonly condition: Store['condition'];
  start(salvage: StoreCondition['salvage']): void;
  /** The thread was started anew. */
  opened(salvage: StoreCondition['salvage']): void;
  /** The thread has replaced a database. */
  moved(moved: MovedAside): void;
  stop(): void;
}

export interface MendingDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly dataDir: string;
  /** Everything that could be saved is back. */
  onSalvaged(): void;
}

/** Between two slices of a salvage, for the messages that wait meanwhile. */
const PAUSE_MS = 4;
const MEASURE_MS = 10_000;
/** More is not kept in memory; the log and the folder have them all. */
const MAX_MOVED = 50;

async function sizeOf(dir: string): Promise<number> {
  const names = (await readdir(dir)).filter((name) => /\.db(-wal|-shm)?$/.test(name));
  const sizes = names.map((name) =>
    stat(join(dir, name)).then(
      ({ size }) => size,
      () => 0, // gone since
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Knows how the databases stand, has them checked after the start, and drives the salvage of a damaged spool slice by slice. */
export function createMendingClient(deps: MendingDeps): MendingClient {
  const { clock, log, link } = deps;
  const dir = join(deps.dataDir, 'store');
  const backoff = createBackoff({ firstMs: 1000, maxMs: 30_000 });
  const moved: MovedAside[] = [];
  /** Monotonic ms. */
  const replacedAt = new Map<DatabaseName, number>();
  let salvage: StoreCondition['salvage'] = null;
  let bytes = 0;
  let stopped = false;
  let driving = false;
  let stopMeasuring = (): void => {};
  let cancelSlice = (): void => {};
  const check = createQuickCheck({
    clock,
    log,
    dir,
    async onDamaged(database, cause, since) {
      // A call may have met the damage meanwhile: what was checked is not there any more, and what is there is new.
      if ((replacedAt.get(database) ?? Number.NEGATIVE_INFINITY) < since) await link.call('mend', { database, cause });
    },
  });

  function arm(ms: number): void {
    if (!stopped) cancelSlice = clock.after(ms, () => void slice());
  }
  async function slice(): Promise<void> {
    try {
      salvage = await link.call('salvage', null);
      backoff.reset();
      if (salvage?.state === 'running') {
        arm(PAUSE_MS);
        return;
      }
      driving = false;
      if (!salvage) return;
      const { file, salvaged, lost, exact } = salvage;
      log.error('store.salvaged', { file, salvaged, lost, exact });
      deps.onSalvaged();
    } catch (cause) {
      if (!stopped) log.warn('store.salvage-waits', { cause });
      arm(backoff.next());
    }
  }
  function drive(): void {
    if (driving || stopped) return;
    driving = true;
    arm(PAUSE_MS);
  }
  function adopt(report: StoreCondition['salvage']): void {
    salvage = report;
    if (report?.state === 'running') drive();
  }
  function measure(): void {
    sizeOf(dir).then(
      (found) => {
        bytes = found;
      },
      (cause: unknown) => log.debug('store.size-unknown', { cause }),
    );
  }
  return {
    condition: () => ({ check: check.state(), salvage, movedAside: [...moved], bytes }),
    opened: adopt,
    start(report) {
      adopt(report);
      measure();
      stopMeasuring = clock.every(MEASURE_MS, measure);
      check.start();
    },
    moved(one) {
      const { file, movedTo, cause, saved, removed } = one;
      log.error('store.moved-aside', { file, movedTo, message: saved, because: cause, removed: removed.join(', ') });
      moved.push(one);
      replacedAt.set(one.database, clock.monotonic());
      if (moved.length > MAX_MOVED) moved.shift();
      if (one.database === 'spool') drive();
    },
    stop() {
      stopped = true;
      stopMeasuring();
      cancelSlice();
      check.stop();
    },
  };
}
