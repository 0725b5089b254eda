import { expect, it } from 'vitest';
import { fuelWords } from '../../../core/cli/outbox-words.ts';
import type { StorageView } from '../../../core/contract/outbox-views.ts';

const fuel: StorageView['fuel'] = {
  hours: 48,
  messagesPerHour: 3600,
  bytesPerHour: 720_000,
  overHours: 24,
  limitedBy: 'bytes',
  stream: 'raw',
  expiring: [],
};
const live = { subscription: 'live-up', hours: 1 };

it.each<[string, Partial<StorageView['fuel']>]>([
  ['2 d, then the limit in bytes of the stream raw is met (3600 messages and 720 kB an hour over the last 24 h)', {}],
  ['none: the limit in hours of the whole is met already', { hours: 0, limitedBy: 'hours', stream: null }],
  ['not known yet: the gateway has to watch the messages for a minute first', { hours: null, overHours: 0.01 }],
  ['no limit in sight (3600 messages and 720 kB an hour over the last 24 h)', { hours: null, limitedBy: 'none' }],
  [
    'none: the room on the disk is met already; messages of the subscription live-up are dropped after 1 h (expireAfterS)',
    { hours: 0, limitedBy: 'disk', stream: null, expiring: [live] },
  ],
  [
    'not known yet: the gateway has to watch the messages for a minute first; messages of the subscription live-up are dropped after 1 h (expireAfterS), and of 2 more later',
    { hours: null, overHours: 0, expiring: [live, { ...live, hours: 2 }, { ...live, hours: 3 }] },
  ],
])('the fuel gauge says "%s"', (words, more) => {
  expect(fuelWords({ ...fuel, ...more })).toBe(words);
});
