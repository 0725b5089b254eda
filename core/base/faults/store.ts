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
  'store/overloaded': {
    retry: true,
    show: 'More messages wait to be stored than fit into memory.',
    remedy: 'The disk is slower than the sources: reduce the rate.',
  },
} as const satisfies Record<string, FaultKind>;
