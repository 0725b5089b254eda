import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Reading } from '../../contract/reading.ts';
import type { CommandOutcome } from '../adapter.ts';

type Value = number | string | boolean;

/** A write whose device says by itself, some time later, what became of it. */
export interface ReportedWrite {
  readonly point: { readonly name: string; readonly unit?: string | undefined };
  readonly value: Value;
  /** How long the device has to report; 0: it is only sent. */
  readonly withinMs: number;
  /** Reports that differ by no more than this are the same value; in the point's unit. */
  readonly resolution: number;
  /** Puts it on its way. What the device reports from its call on may be the answer. */
  send(): Promise<void>;
}

/** Writes that wait for the report of their device. */
export interface ReportWaits {
  /**
   * Sends, and waits for the report. Rejects with what `send` rejects with, with `adapter/not-confirmed` where the device reports another
   * value when the time is over, with `adapter/no-report` where it reports nothing, with `adapter/busy` where too many wait already.
   */
  write(write: ReportedWrite, signal: AbortSignal): Promise<CommandOutcome>;
  /** What the device itself has just reported. Not for what is old (retained, historical). */
  heard(readings: readonly Reading[]): void;
  /** The device has gone: nobody will say what became of the writes. */
  end(why: GatewayError): void;
}

interface Wait {
  readonly write: ReportedWrite;
  /** The newest report since it was sent. */
  last: Reading | undefined;
  readonly done: PromiseWithResolvers<Reading>;
}

const MAX_WAITING = 100;
/** It was sent, and what became of it is not known or not what was asked for: somebody should find that in the log. */
const UNCONFIRMED: readonly string[] = ['adapter/not-confirmed', 'adapter/no-report'];
/** Devices keep numbers in 32 bits as a rule: 24 of them for the digits. */
const FLOAT32_STEP = 2 ** -23;

/** Whether a report is the value that was written. */
function isSame({ value, resolution }: ReportedWrite, reported: Reading): boolean {
  if (reported.quality !== 'good' || reported.value === null) return false;
  if (typeof value !== 'string' && typeof reported.value !== 'string') {
    const step = Math.max(resolution, Math.abs(Number(value)) * FLOAT32_STEP);
    return Math.abs(Number(reported.value) - Number(value)) <= step * (1 + 1e-9);
  }
  return String(value) === String(reported.value);
}

const unitOf = ({ point }: ReportedWrite): string => (point.unit === undefined ? '' : ` ${point.unit}`);

function confirmed(write: ReportedWrite, { value }: Reading): CommandOutcome {
  return { state: 'confirmed', words: `${write.point.name} is ${String(value)}${unitOf(write)}.`, value };
}

/** Why a write is not confirmed when its time is over. */
function verdict(device: string, write: ReportedWrite, last: Reading | undefined): GatewayError {
  const { point, value, withinMs } = write;
  const wrote = `${device}: ${String(value)}${unitOf(write)} was sent to ${point.name}`;
  const details = { written: String(value), has: String(last?.value ?? null) };
  if (!last) {
    return new GatewayError('adapter/no-report', `${wrote}, but the device has not said so within ${withinMs / 1000} s`, {
      details,
    });
  }
  const says =
    last.quality === 'good' ? `${String(last.value)}${unitOf(write)} instead` : (last.note ?? `a value that is ${last.quality}`);
  return new GatewayError('adapter/not-confirmed', `${wrote}; the device reports ${says}`, {
    details,
    remedy:
      'Check that the device is not locked or in local mode, that the value is within its range, and that nothing else writes it.',
  });
}

/**
 * Writes that the device confirms by its next report. A report of another value decides only when the time is over: it may have been on
 * its way already, or the device may be moving towards the new value. Of several writes of one point each is confirmed by a report of its
 * own value, in their order; an earlier one that the device has passed over is told what the device has instead.
 * It cannot be seen that a report of the same value was on its way before the write, or that somebody else has written the same.
 */
export function createReportWaits({ clock, log }: { readonly clock: Clock; readonly log: Logger }, device: string): ReportWaits {
  const waits = new Map<string, Set<Wait>>();
  let waiting = 0;

  function add(wait: Wait): void {
    const { name } = wait.write.point;
    const ofPoint = waits.get(name) ?? new Set<Wait>();
    waits.set(name, ofPoint.add(wait));
    waiting += 1;
  }
  function remove(wait: Wait): void {
    const { name } = wait.write.point;
    const ofPoint = waits.get(name);
    if (!ofPoint?.delete(wait)) return;
    waiting -= 1;
    if (ofPoint.size === 0) waits.delete(name);
  }
  function overdue(wait: Wait): void {
    const { write, last, done } = wait;
    if (last && isSame(write, last)) done.resolve(last);
    else done.reject(verdict(device, write, last));
  }
  /** The oldest write of this value is confirmed, and with it those of the same value right after it. */
  function hear(ofPoint: ReadonlySet<Wait>, reading: Reading): void {
    const all = [...ofPoint];
    for (const wait of all) wait.last = reading;
    const first = all.findIndex(({ write }) => isSame(write, reading));
    if (first === -1) return;
    for (const wait of all.slice(first)) {
      if (!isSame(wait.write, reading)) return;
      remove(wait);
      wait.done.resolve(reading);
    }
  }
  async function waitFor(write: ReportedWrite, signal: AbortSignal): Promise<CommandOutcome> {
    const wait: Wait = { write, last: undefined, done: Promise.withResolvers() };
    wait.done.promise.catch(() => {}); // it may end while it is still being sent
    const stop = (): void => wait.done.reject(signal.reason);
    let cancel = (): void => {};
    signal.addEventListener('abort', stop, { once: true });
    add(wait);
    try {
      await Promise.race([write.send(), wait.done.promise]);
      cancel = clock.after(write.withinMs, () => overdue(wait));
      return confirmed(write, await wait.done.promise);
    } finally {
      cancel();
      remove(wait);
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    async write(write, signal) {
      signal.throwIfAborted();
      const { point, value, withinMs } = write;
      if (withinMs === 0) {
        await write.send();
        const words = `${String(value)}${unitOf(write)} to ${point.name}; what the device makes of it is not waited for.`;
        return { state: 'done', words, value };
      }
      if (waiting >= MAX_WAITING) {
        throw new GatewayError('adapter/busy', `${device}: ${MAX_WAITING} writes wait for its report already`, {
          remedy: 'Write less often, or set "confirmMs" of the point to 0.',
        });
      }
      return await waitFor(write, signal).catch((cause: unknown) => {
        if (cause instanceof GatewayError && UNCONFIRMED.includes(cause.code))
          log.warn('device.not-confirmed', { point: point.name, cause });
        throw cause;
      });
    },
    heard(readings) {
      if (waiting === 0) return;
      for (const reading of readings) {
        const ofPoint = waits.get(reading.point);
        if (ofPoint) hear(ofPoint, reading);
      }
    },
    end(why) {
      for (const ofPoint of waits.values()) for (const { done } of ofPoint) done.reject(why);
    },
  };
}
