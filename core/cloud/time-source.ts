import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';

const TIMEOUT_MS = 5_000;
/** The header has whole seconds: on average it is half a second behind. */
const GRAIN_MS = 1_000;

export interface TimeSourceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The cloud's word for the time, with how wide of it it may be. */
  heard(wallMs: number, withinMs: number): void;
}

/** Asks an address for its `Date` header. Never rejects: without an answer nothing is heard. */
export async function askTime(deps: TimeSourceDeps, url: string, signal: AbortSignal): Promise<void> {
  const own = new AbortController();
  const cancel = deps.clock.after(TIMEOUT_MS, () => own.abort());
  const begun = deps.clock.monotonic();
  try {
    const response = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.any([own.signal, signal]),
    });
    const tookMs = deps.clock.monotonic() - begun;
    const date = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(date)) {
      deps.log.info('cloud.time-not-heard', { message: 'The answer has no Date header.', url });
      return;
    }
    // A page from a cache carries the time at which it was put there.
    const ageMs = Number(response.headers.get('age') ?? 0) * 1000;
    deps.heard(date + (Number.isFinite(ageMs) ? ageMs : 0) + GRAIN_MS / 2 + tookMs / 2, GRAIN_MS / 2 + tookMs / 2);
  } catch (cause) {
    if (!signal.aborted) deps.log.info('cloud.time-not-heard', { url, cause });
  } finally {
    cancel();
  }
}
