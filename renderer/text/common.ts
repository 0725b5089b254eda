/** Words that more than one page uses. */
export const common = {
  loading: 'Loading',
  live: 'Live',
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  close: 'Close',
  back: 'Back',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  clearSearch: 'Clear the search',
  whatToDo: 'What to do',
  whatItMeans: 'What it means',
  never: 'never',
  none: 'none',
  unknown: 'not known',
  since: (when: string) => `since ${when}`,
  perSecond: (rate: string) => `${rate}/s`,
  holdHint: 'Press and hold',
  holding: 'Keep holding…',
  stale: {
    title: 'No connection to the gateway',
    body: 'What you see is from the last moment it was there. The console reconnects by itself.',
    since: (ago: string) => `Lost ${ago}.`,
  },
  connecting: {
    title: 'The gateway does not answer yet',
    body: 'It may be starting, or out of reach from here. The console goes on trying by itself.',
  },
  failed: {
    title: 'That did not work',
    remedy: 'Try again. If it goes on, look at the log.',
  },
  pageFailed: {
    title: 'This page could not be shown',
    meaning: 'The gateway goes on working; only its picture here is affected.',
    remedy: 'Load the console again. If it happens again, note what you did and tell support.',
    action: 'Load again',
  },
  newRows: (count: number) => (count === 1 ? '1 new entry' : `${count} new entries`),
  listPaused: 'The list stands still while you touch it',
} as const;

export const health = {
  ok: 'OK',
  starting: 'Starting',
  degraded: 'Degraded',
  offline: 'Offline',
  failed: 'Failed',
  failing: 'Failing',
  paused: 'Paused',
  care: 'Needs care',
  idle: 'Idle',
} as const;

export const quality = { good: 'Good', stale: 'Stale', bad: 'Bad' } as const;
