import type { FunctionView } from '../../../core/contract/views.ts';
import type { Tone } from '../../components/tone.ts';

export const STATE_TONE: Readonly<Record<FunctionView['state'], Tone>> = {
  starting: 'starting',
  running: 'normal',
  restarting: 'warn',
  parked: 'fault',
  paused: 'check',
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
