import type { InvocationView } from '../../core/contract/function-views.ts';

/** Trying a function by hand with an event. */
export const tryIt = {
  events: 'Test events',
  fresh: 'New event',
  saved: 'Saved events',
  noneSaved: 'None is saved yet. Save one here, or a real message from Flows.',
  topic: 'Topic',
  topicHint: 'What the function is told as the subject of the event.',
  content: 'Content',
  contentHint: (size: string) => `${size}. The function gets it parsed.`,
  rawHint: (size: string) => `${size}. The function gets it as bytes.`,
  emptyHint: 'Empty: the function gets {}.',
  notJson: 'This is not JSON: the function takes JSON and will fail on it.',
  tooLong: 'More than 256 kB: a test event may not be that long.',
  binary: 'The content is not text. It is sent as it is.',
  run: 'Run',
  running: 'Runs…',
  real: 'It runs for real: what it publishes goes the way of its subscriptions.',
  name: 'Name of the event',
  nameHint: 'A saved event of the same name is replaced.',
  save: 'Save',
  saveTitle: 'Save this event',
  savedAs: (name: string) => `Saved as “${name}”.`,
  remove: 'Remove',
  removed: (name: string) => `“${name}” was removed.`,
  result: 'Result',
  noResult: 'Not run yet',
  noResultBody: 'Choose or write an event, then touch Run. Result, log and timing appear here.',
  times: { duration: 'Took', waited: 'Waited', start: 'Start' },
  cold: 'new instance',
  warm: 'warm',
  request: 'Request',
  returned: 'What it gave back',
  log: 'What it wrote to its log',
  noLog: 'Nothing.',
  published: 'What it published',
  noPublished: 'Nothing.',
  stack: 'Stack',
} as const;

/** Lambda's three outcomes, as a technician says them. */
export const outcomes: Readonly<Record<InvocationView['functionError'], { readonly label: string; readonly meaning: string }>> = {
  '': { label: 'Succeeded', meaning: '' },
  Handled: { label: 'Failed', meaning: 'The function answered with an error.' },
  Unhandled: {
    label: 'Broke off',
    meaning: 'The function did not come to its end: it threw, ran out of time or memory, or its instance ended.',
  },
};
