import type { FaultKind } from './fault.ts';

/** The gateway itself, its settings, documents and kiosk. Codes are wire values: add, never rename. */
export const SITE_FAULTS = {
  'gateway/internal': {
    retry: false,
    show: 'Something went wrong inside the gateway.',
    remedy: 'Look at the log for details; restart the gateway if it goes on.',
  },
  'gateway/already-running': {
    retry: false,
    show: 'Another gateway already uses this data directory.',
    remedy: 'Stop the other gateway, or start this one with --data and another folder.',
  },
  'gateway/stopping': { retry: false, show: 'The gateway is stopping.', remedy: 'Try again when it runs.' },
  'gateway/data-unwritable': {
    retry: false,
    show: 'The data directory cannot be written.',
    remedy: 'Give this user write access to the folder, or choose another with --data.',
  },
  'config/invalid': { retry: false, show: 'The settings file has mistakes.', remedy: 'Mend the fields that are named.' },
  'config/torn': {
    retry: false,
    show: 'A file of the gateway was torn; the last good version of it is used.',
    remedy: 'Look at what it says, save it again, and check the disk and the power supply.',
  },
  'time/untrusted': {
    retry: false,
    show: 'The clock is not set right; times are put right when it is.',
    remedy: 'Set the date and time, or connect a time source (NTP).',
  },
  'time/jumped': {
    retry: false,
    show: 'The clock of this machine jumped.',
    remedy: 'Check the battery of the clock and the time source. Waiting messages and their order are not affected.',
  },
  'document/invalid': {
    retry: false,
    show: 'The deployment document has mistakes.',
    remedy: 'Mend the fields that are named and try again.',
  },
  'document/unreadable': {
    retry: false,
    show: 'The deployment document cannot be read.',
    remedy: 'Check the path and the permission of the file.',
  },
  'document/conflict': {
    retry: false,
    show: 'Another deployment was applied meanwhile.',
    remedy: 'Look at the differences again, then apply.',
  },
  'document/not-found': {
    retry: false,
    show: 'There is no such version of the deployment.',
    remedy: 'Choose a version from the list.',
  },
  'kiosk/wrong-pin': {
    retry: true,
    show: 'The PIN is wrong.',
    remedy: 'Type it again, or set a new one with "gatehouse set-pin".',
  },
  'kiosk/wait': { retry: true, show: 'Too many wrong PINs.', remedy: 'Wait, then type it again.' },
  'kiosk/no-pin': { retry: false, show: 'No PIN is set.', remedy: 'Set one on this machine with "gatehouse set-pin".' },
  'site/alarm': { retry: false, show: 'A function of the site raised an alarm.', remedy: 'Do what the alarm says.' },
  'site/books': {
    retry: false,
    show: 'The books of a hop do not balance.',
    remedy: 'Save the log and report it: the gateway miscounted.',
  },
} as const satisfies Record<string, FaultKind>;
