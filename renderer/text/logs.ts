import type { LogView } from '../../core/contract/views.ts';

export const logs = {
  title: 'Logs',
  list: 'Log entries, newest at the end',
  level: 'Least level',
  levels: { all: 'All', info: 'Info', warn: 'Warnings', error: 'Errors' },
  source: 'Source',
  allSources: 'All sources',
  search: 'Search in message, event and data',
  export: 'Save as file',
  exported: (count: string) => `${count} entries were saved as a file.`,
  empty: 'Nothing in the log yet',
  emptyBody: 'What happens in the gateway is written here as it happens.',
  noMatch: 'No entry matches',
  noMatchBody: 'Change the search, level or source.',
  noMatchAction: 'Show all entries',
  shown: (shown: string, total: string) => (shown === total ? `${total} entries` : `${shown} of ${total} entries`),
  facts: { at: 'Time', source: 'Source', event: 'Event', level: 'Level' },
  page: 'Open its page',
} as const;

export const levelWords: Readonly<Record<LogView['level'], string>> = {
  debug: 'Detail',
  info: 'Info',
  warn: 'Warning',
  error: 'Error',
};

/** Events in words, where the entry brings no message of its own. */
export const events: Readonly<Record<string, string>> = {
  'gateway.starting': 'The gateway starts.',
  'gateway.started': 'The gateway runs.',
  'gateway.stopping': 'The gateway stops.',
  'gateway.console-port-taken': 'The port of the console is taken by another program.',
  'device.connected': 'The device is connected.',
  'device.opened': 'The connection to the device was opened.',
  'device.lost': 'The connection to the device was lost.',
  'device.write-failed': 'A value could not be written.',
  'cloud.connected': 'The cloud is connected.',
  'cloud.offline': 'The cloud cannot be reached.',
  'cloud.link-failed': 'The link to the cloud failed.',
  'broker.listening': 'The local broker takes clients.',
  'broker.client-fault': 'A local client did something that is not allowed.',
  'api.console-served': 'The console can be opened.',
  'practice-cloud.line': 'The line to the practice cloud was switched.',
  'deploy.applied': 'A deployment was applied.',
  'deploy.failed': 'A deployment could not be applied.',
  'function.parked': 'A function was parked after repeated failure.',
  'alarm.raised': 'An alarm came up.',
  'alarm.cleared': 'An alarm went away.',
  'alarm.acknowledged': 'An alarm was acknowledged.',
  'store.unhealthy': 'The store has a problem.',
  'store.works-again': 'The store works again.',
  'uplink.failed': 'Sending to the cloud failed; it is tried again.',
  'router.hop-limit': 'A message went in a circle and was stopped.',
};
