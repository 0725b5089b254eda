import type { FaultKind } from './fault.ts';

/** Functions and their threads. Codes are wire values: add, never rename. */
export const FUNCTION_FAULTS = {
  'function/load-failed': {
    retry: false,
    show: 'The function could not be loaded.',
    remedy: 'Mend the code as the message says and deploy it again.',
  },
  'function/failed': {
    retry: false,
    show: 'The function threw an error.',
    remedy: 'Look at the event that caused it and at the function’s log.',
  },
  'function/timeout': {
    retry: false,
    show: 'The function did not finish in time and was ended.',
    remedy: 'Look for an endless loop or a call that never returns, or raise its timeout.',
  },
  'function/out-of-memory': {
    retry: false,
    show: 'The function used more memory than allowed and was ended.',
    remedy: 'Look for data that piles up, or raise its memory limit.',
  },
  'function/exited': { retry: false, show: 'The function ended its own thread.', remedy: 'Remove the call of process.exit.' },
  'function/publish-limit': {
    retry: false,
    show: 'The function published too many messages in one invocation.',
    remedy: 'Look for a loop that publishes, or raise the limit.',
  },
  'function/parked': {
    retry: false,
    show: 'The function is parked after repeated failure.',
    remedy: 'Mend the cause, then restart it here or deploy a new version.',
  },
  'function/paused': { retry: true, show: 'The function is paused.', remedy: 'Resume it.' },
  'function/busy': {
    retry: true,
    show: 'The function’s queue is full.',
    remedy: 'It is slower than its events come in: raise its concurrency or thin out the events.',
  },
  'function/unknown': { retry: false, show: 'There is no such function.', remedy: 'Check the name in the deployment document.' },
} as const satisfies Record<string, FaultKind>;
