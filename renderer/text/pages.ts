/** Names of the pages: `label` on the rail, `short` where room is scarce. */
export const pageNames = {
  overview: { label: 'Overview', short: 'Overview' },
  devices: { label: 'Devices', short: 'Devices' },
  flows: { label: 'Flows', short: 'Flows' },
  functions: { label: 'Functions', short: 'Functions' },
  deployments: { label: 'Deployments', short: 'Deploy' },
  data: { label: 'Data & outbox', short: 'Data' },
  logs: { label: 'Logs', short: 'Logs' },
  tools: { label: 'Tools', short: 'Tools' },
} as const;

export const notFound = {
  title: 'There is no such page',
  body: 'The address may be from an older version of the console.',
  action: 'Go to the overview',
} as const;
