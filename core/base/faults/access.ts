import type { FaultKind } from './fault.ts';

/** Consoles and the command line. Codes are wire values: add, never rename. */
export const ACCESS_FAULTS = {
  'api/unknown-method': {
    retry: false,
    show: 'The gateway does not know this call.',
    remedy: 'Console and gateway have different versions: reload the console.',
  },
  'api/unknown-topic': {
    retry: false,
    show: 'The gateway does not know this view.',
    remedy: 'Console and gateway have different versions: reload the console.',
  },
  'api/bad-input': { retry: false, show: 'The call had a wrong argument.', remedy: 'Correct the fields that are named.' },
  'api/bad-frame': {
    retry: false,
    show: 'A client sent something that is not a frame.',
    remedy: 'Check what connects to the console’s port.',
  },
  'api/not-available': { retry: false, show: 'This is not available here.', remedy: 'The gateway runs without this part.' },
  'api/disconnected': { retry: true, show: 'The connection to the gateway was lost.', remedy: 'It is restored by itself.' },
  'api/cancelled': { retry: true, show: 'The call was cancelled.', remedy: 'Call again.' },
  'api/port-in-use': {
    retry: false,
    show: 'The port of the console is in use.',
    remedy: 'Stop the other program, or choose another port with --port.',
  },
  'api/busy': {
    retry: true,
    show: 'Too many calls wait for an answer.',
    remedy: 'Wait a moment and try again.',
  },
  'api/not-loopback': {
    retry: false,
    show: 'The console may only be served on this machine itself.',
    remedy: 'Use 127.0.0.1 as the address; reach it from elsewhere through a tunnel.',
  },
  'api/listen-failed': {
    retry: false,
    show: 'The gateway cannot listen for the console or the command line.',
    remedy: 'Look at the cause; check the port and the permissions of the data directory.',
  },
  'api/foreign-origin': {
    retry: false,
    show: 'A foreign web page tried to use this gateway and was refused.',
    remedy: 'Open the console at its own address, e.g. http://127.0.0.1:8080.',
  },
  'api/slow-client': {
    retry: true,
    show: 'A console does not read what it is sent and was disconnected.',
    remedy: 'Reload the console; it reconnects by itself.',
  },
  'cli/not-running': {
    retry: true,
    show: 'No gateway runs on this data directory.',
    remedy: 'Start it with "gatehouse start", or name its folder with --data.',
  },
  'cli/not-permitted': {
    retry: false,
    show: 'This user may not talk to the gateway.',
    remedy: 'Run the command as the user that runs the gateway.',
  },
  'cli/bad-input': {
    retry: false,
    show: 'The command cannot use what it was given.',
    remedy: 'Look at the help of the command with --help.',
  },
} as const satisfies Record<string, FaultKind>;
