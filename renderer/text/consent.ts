/** Words of the sheet that asks before a tool takes a line. */
export const consent = {
  effects: 'What this does',
  by: 'Who does it',
  byHint: 'Stands in the log and in reports.',
  byDefault: 'Technician',
  needBy: 'Enter a name.',
} as const;
