import type { FunctionView, Health } from '../../contract/views.ts';

/** A function whose last failure is younger than this counts as failing, even if its thread is alive. */
const RECENT_MS = 60_000;

/** Fails now: has just thrown, run out of time, or cannot be started. */
export function isFailing(view: FunctionView, nowMs: number): boolean {
  if (view.state === 'parked' || view.state === 'restarting') return true;
  return view.lastError !== null && nowMs - view.lastError.at < RECENT_MS;
}

const STATE_HEALTH = {
  starting: 'starting',
  running: 'ok',
  restarting: 'degraded',
  parked: 'offline',
  paused: 'paused',
} as const;

export function functionHealth(view: FunctionView, nowMs: number): Health {
  return view.state === 'running' && isFailing(view, nowMs) ? 'degraded' : STATE_HEALTH[view.state];
}
