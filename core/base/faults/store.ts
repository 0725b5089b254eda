import type { FaultKind } from './fault.ts';

/** What is on disk. Codes are wire values: add, never rename. */
export const STORE_FAULTS = {
  'store/full': { retry: true, show: 'The disk is full.', remedy: 'Free room on the disk; the gateway goes on by itself.' },
  'store/read-only': {
    retry: true,
    show: 'The data directory is read-only.',
    remedy: 'Check the disk for errors and make it writable.',
  },
  'store/damaged': { retry: false, show: 'The database is damaged.', remedy: 'Keep the data directory and call support.' },
  'store/failed': {
    retry: true,
    show: 'The database refused the operation.',
    remedy: 'Look at the cause and at the free room on the disk.',
  },
  'store/newer': {
    retry: false,
    show: 'A newer version of the gateway wrote this data.',
    remedy: 'Install that version again, or start with --data and another folder.',
  },
  'store/closed': { retry: false, show: 'The store is closed.', remedy: 'Try again when the gateway runs.' },
  'store/room': {
    retry: true,
    show: 'The disk is nearly full; the outbox does not grow any more.',
    remedy: 'Free room on the disk; the gateway goes on by itself.',
  },
  'store/salvaged': {
    retry: false,
    show: 'A database was damaged. What could be read was saved; the file was kept.',
    remedy: 'Send the kept file to support and check the disk: it may be failing.',
  },
  'outbox/full': {
    retry: true,
    show: 'The outbox has reached its limit and takes nothing new.',
    remedy: 'Bring the line back, or raise the limit on the page Data & outbox.',
  },
  'outbox/unknown-stream': { retry: false, show: 'There is no such stream.', remedy: 'Choose one from the list.' },
  'deadletter/unknown': { retry: false, show: 'This refused message is not there any more.', remedy: 'Look at the list again.' },
  'certificate/unknown': {
    retry: false,
    show: 'There is no such delivery certificate.',
    remedy: 'Choose one from the list; the newest 500 are kept.',
  },
  'store/overloaded': {
    retry: true,
    show: 'More messages wait to be stored than fit into memory.',
    remedy: 'The disk is slower than the sources: reduce the rate.',
  },
} as const satisfies Record<string, FaultKind>;
