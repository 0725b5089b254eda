import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ReportFacts } from './facts.ts';
import type { ReportFormat, ToReport } from './report-thread.ts';
import { textReport } from './text-report.ts';

/** Below this a text takes a few milliseconds, less than a thread costs. */
const SMALL_POINTS = 500;
/** Points that are handed over at a time: about a millisecond. */
const PART_POINTS = 500;
/** 25,000 points take a few seconds on a PC. */
const DEADLINE_MS = 180_000;
const MOST_MB = 768;
/** For what is short-lived. Without a bound V8 takes some 100 MB more for a large report, of which the process keeps most; it is no faster. */
const YOUNG_MB = 8;

export interface ReportPress {
  /**
   * The report as a file; one at a time (`api/busy`). A PDF or a large report is made in a thread of its own, whose heap ends
   * with it. Rejects with the signal's reason, `report/failed`, also after three minutes.
   */
  make(format: ReportFormat, facts: ReportFacts, signal: AbortSignal): Promise<Uint8Array>;
}

function* partsOf({ devices }: ReportFacts): Generator<ToReport> {
  let from = 0;
  let points = 0;
  for (const [i, device] of devices.entries()) {
    points += device.points.length;
    if (points < PART_POINTS && i < devices.length - 1) continue;
    yield { devices: devices.slice(from, i + 1) };
    from = i + 1;
    points = 0;
  }
}

async function handOver(worker: Worker, format: ReportFormat, facts: ReportFacts, signal: AbortSignal): Promise<void> {
  for (const part of partsOf(facts)) {
    if (signal.aborted) return;
    worker.postMessage(part);
    await turn();
  }
  const { devices: _devices, ...rest } = facts;
  worker.postMessage({ format, facts: rest } satisfies ToReport);
}

/** Makes reports where they hold nothing up. `start` starts the thread; tests give their own. */
export function createReportPress(
  clock: Clock,
  start: () => Worker = () =>
    new Worker(new URL('./report.worker.ts', import.meta.url), {
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    }),
): ReportPress {
  let busy = false;

  async function inThread(format: ReportFormat, facts: ReportFacts, signal: AbortSignal): Promise<Uint8Array> {
    const worker = start();
    const ended = new AbortController();
    const result = Promise.withResolvers<Uint8Array>();
    const failed = (cause: unknown): void =>
      result.reject(
        new GatewayError('report/failed', `The acceptance report of ${facts.devices.length} devices failed.`, { cause }),
      );
    worker.once('message', (bytes: Uint8Array) => result.resolve(bytes)); // our own thread, of the same build
    worker.once('error', failed);
    worker.once('exit', () => failed(new Error('the thread of the report ended without a result')));
    const onAbort = (): void => result.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const cancel = clock.after(DEADLINE_MS, () => failed(new Error(`it took more than ${DEADLINE_MS / 1000} s`)));
    try {
      handOver(worker, format, facts, ended.signal).catch(failed);
      return await result.promise;
    } finally {
      cancel();
      ended.abort();
      signal.removeEventListener('abort', onAbort);
      await worker.terminate();
    }
  }

  return {
    async make(format, facts, signal) {
      signal.throwIfAborted();
      const points = facts.devices.reduce((sum, device) => sum + device.points.length, 0);
      if (format !== 'pdf' && points <= SMALL_POINTS) return Buffer.from(textReport(format, facts));
      if (busy) throw new GatewayError('api/busy', 'Another acceptance report is being made.');
      busy = true;
      try {
        return await inThread(format, facts, signal);
      } finally {
        busy = false;
      }
    },
  };
}
