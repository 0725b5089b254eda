import type { InstanceView } from '../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import type { Tone } from '../../components/tone.ts';

export const STATE_TONE: Readonly<Record<FunctionView['state'], Tone>> = {
  starting: 'starting',
  running: 'normal',
  restarting: 'warn',
  parked: 'fault',
  paused: 'check',
};

export const INSTANCE_TONE: Readonly<Record<InstanceView['state'], Tone>> = {
  starting: 'starting',
  idle: 'normal',
  busy: 'normal',
  stopping: 'starting',
};

/** The worst first. */
export const STATE_RANK: Readonly<Record<FunctionView['state'], number>> = {
  parked: 0,
  restarting: 1,
  paused: 2,
  starting: 3,
  running: 4,
};

export const errorsOf = (one: FunctionView): number => one.failures + one.timeouts;

/** Whether there are durations to show: what was long ago does not count any more. */
export const isTimed = (one: FunctionView): boolean => one.durationMs.p99 > 0;

/** Limits are written in MB and shown as they were written. */
export const MEGA = 1_000_000;
