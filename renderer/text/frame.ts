/** The frame around all pages: header, navigation, alarm and cloud panels, settings of the console. */
export const frame = {
  product: 'Gatehouse',
  title: (page: string, site: string) => (site === '' ? `${page} · Gatehouse` : `${page} · ${site} · Gatehouse`),
  skip: 'Skip to the page',
  navigation: 'Pages',
  status: 'Gateway status',
  demo: 'Demo site',
  cloud: {
    label: 'Cloud',
    states: {
      'not-configured': 'Not set up',
      connecting: 'Connecting',
      connected: 'Connected',
      offline: 'Offline',
    },
    since: (span: string) => `for ${span}`,
    hint: '. Show the cloud link',
  },
  backlog: {
    label: 'Waiting',
    empty: 'Nothing waits',
    oldest: (span: string) => `oldest ${span}`,
  },
  deployment: {
    label: 'Deployment',
    none: 'None yet',
    version: (version: number) => `Version ${version}`,
    states: { none: 'not deployed', applying: 'being applied', running: 'running', failed: 'failed' },
    hint: (state: string) => `, ${state}. Show all versions`,
  },
  alarms: {
    label: 'Alarms',
    hint: (fresh: number) => ` alarms active, ${fresh} not acknowledged. Show them`,
    announce: (message: string) => `New alarm: ${message}`,
  },
  menu: {
    open: 'Console settings',
    title: 'Console settings',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    keyboard: 'On-screen keyboard',
    keyboardHint: 'For a panel without a keyboard: appears when you touch a field.',
    keyboardStates: { off: 'Off', on: 'On' },
    shortcuts: 'Keyboard shortcuts',
    version: 'Gateway version',
    uptime: 'Running for',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    open: 'Show this list',
    page: (page: string) => `Go to ${page}`,
    search: 'Search on this page',
    alarms: 'Open the alarms',
    back: 'Back',
  },
  keyboard: {
    label: 'On-screen keyboard',
    hide: 'Hide the keyboard',
  },
} as const;

export const linkPanel = {
  title: 'Cloud link',
  state: 'State',
  since: 'Since',
  endpoint: 'Endpoint',
  attempts: 'Attempts since then',
  next: 'Next attempt',
  nextNow: 'now',
  waiting: 'Messages waiting',
  oldest: 'Oldest message',
  size: 'Size on disk',
  rate: 'Going in / going out',
  lastError: 'Last fault',
  meaning: {
    'not-configured':
      'This gateway works on its own. No cloud is set up, so nothing is sent; messages for the cloud are kept on disk.',
    connecting: 'The gateway is setting up the connection. Messages wait safely on disk until it is there.',
    connected: 'Messages are sent as they come. Each one is removed from the disk only after the cloud has confirmed it.',
    offline: 'The site goes on working. Messages for the cloud are kept on disk, in order, and are sent when the line is back.',
  },
  practice: 'This is the practice cloud of the demo site; its line can be cut and restored on the overview.',
} as const;

export const alarmPanel = {
  title: 'Alarms',
  none: 'No alarms',
  noneBody: 'Nothing needs you at the moment.',
  acknowledge: 'Acknowledge',
  acknowledged: 'Acknowledged',
  acknowledgeAll: 'Acknowledge all',
  count: (count: string) => `${count} times`,
  priority: { critical: 'Critical', high: 'High', low: 'Low' },
  show: 'Show the source',
  done: 'Alarm acknowledged',
} as const;
