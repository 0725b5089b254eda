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
  'function/stopped': {
    retry: true,
    show: 'The function was stopped before this event had its turn, or its next attempt.',
    remedy: 'Nothing: it is handled when the function starts again. Try it again by hand where the function runs already.',
  },
  'function/paused': { retry: true, show: 'The function is paused.', remedy: 'Resume it.' },
  'function/busy': {
    retry: true,
    show: 'The function’s queue is full.',
    remedy: 'It is slower than its events come in: raise its concurrency or thin out the events.',
  },
  'function/denied': {
    retry: false,
    show: 'The function is not allowed to do that.',
    remedy: 'If it is to be allowed, add it to the permissions of the function in the deployment document.',
  },
  'function/isolation-unavailable': {
    retry: false,
    show: 'This machine cannot run a function in a process of its own.',
    remedy: 'Install Node.js 24 beside the gateway and name it in the settings, or set the isolation to "thread".',
  },
  'function/scratch-full': {
    retry: false,
    show: 'The function holds more scratch space than allowed and was ended.',
    remedy: 'Look for files that it leaves behind, or raise its scratch space.',
  },
  'function/no-reply': {
    retry: true,
    show: 'No reply came in time.',
    remedy: 'Look whether the other party runs and where it answers.',
  },
  'function/state-conflict': {
    retry: true,
    show: 'The value was changed by another invocation meanwhile.',
    remedy: 'Read it again and decide anew.',
  },
  'function/state-full': {
    retry: false,
    show: 'The function keeps more state than allowed.',
    remedy: 'Keep less: 64 KB a value, 10,000 keys, 16 MB in all.',
  },
  'function/test-events-full': {
    retry: false,
    show: 'The test event is too large, or the function has too many.',
    remedy: 'Remove test events that are not needed: at most 200 a function, 256 KB each.',
  },
  'function/package-bad': {
    retry: false,
    show: 'The package of the function cannot be used.',
    remedy: 'Make it anew with gatehouse function package, or as Lambda takes it: a plain zip without symbolic links.',
  },
  'shadow/refused': {
    retry: false,
    show: 'The shadow refused the request.',
    remedy: 'The message says what is wrong with it.',
  },
  'secret/unknown': {
    retry: false,
    show: 'There is no such secret.',
    remedy: 'Set it with gatehouse secret set.',
  },
  'secret/unreadable': {
    retry: false,
    show: 'The secret cannot be decrypted.',
    remedy: 'The key file belongs to another gateway or is damaged: set the secret anew.',
  },
  'cloud/credentials-refused': {
    retry: true,
    show: 'AWS refused credentials for this gateway.',
    remedy: 'Check role alias, thing name and the policy of the certificate.',
  },
  'cloud/credentials-unreachable': {
    retry: true,
    show: 'The credentials provider cannot be reached.',
    remedy: 'Nothing to do while the line is down; else check its address in the settings.',
  },
  'function/unknown': { retry: false, show: 'There is no such function.', remedy: 'Check the name in the deployment document.' },
} as const satisfies Record<string, FaultKind>;
