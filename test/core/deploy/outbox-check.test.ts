import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';
import { device, route, textOf } from './document-of.ts';

const parts = {
  devices: [device('a')],
  subscriptions: [route('up', 'device:a', 'cloud'), route('kept', 'device:a', 'history')],
};
const faults = (more: object): string[] => {
  const result = checkDocument(textOf({ ...parts, ...more }));
  return result.faults.map((one) => `${one.path}: ${one.message} ${one.remedy}`);
};
const withStreams = (...streams: object[]): string[] => faults({ outbox: { streams } });

describe('the outbox of a document', () => {
  it('is valid with streams of its own', () => {
    expect(
      withStreams({ id: 'a', subscription: 'up' }, { id: 'b', filter: 'b/#', keep: { hours: 24, bytes: 1_000_000 } }),
    ).toEqual([]);
  });

  it.each([
    [
      'a subscription that is not there',
      [{ id: 'a', subscription: 'gone' }],
      'streams[0].subscription: There is no subscription "gone". Known here, with the target "cloud": up.',
    ],
    [
      'a subscription that leads elsewhere',
      [{ id: 'a', subscription: 'kept' }],
      'streams[0].subscription: The subscription "kept" leads to "history", not to the cloud.',
    ],
    [
      'one name twice',
      [
        { id: 'a', filter: 'a' },
        { id: 'a', filter: 'b' },
      ],
      'streams[1].id: The stream id "a" is used twice.',
    ],
    [
      'one filter twice',
      [
        { id: 'a', filter: 'x/#' },
        { id: 'b', filter: 'x/#' },
      ],
      'streams[1].filter: The filter "x/#" is taken by the stream "a" already.',
    ],
    [
      'one subscription twice',
      [
        { id: 'a', subscription: 'up' },
        { id: 'b', subscription: 'up' },
      ],
      'streams[1].subscription: The subscription "up" is taken by the stream "a" already.',
    ],
    [
      'more than the whole',
      [{ id: 'a', filter: 'x', keep: { hours: 9000 } }],
      'streams[0].keep.hours: The stream "a" may keep 9000 hours, but all streams together only 8760. Lower it, or raise outbox.keep.hours.',
    ],
    ['neither subscription nor filter', [{ id: 'a' }], 'name either a subscription or a filter'],
    ['the name of the rest', [{ id: 'rest', filter: 'a' }], '"rest" is the stream of all other messages'],
  ])('with %s is refused', (_what, streams, words) => {
    const found = withStreams(...streams);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  it('lets nothing expire that does not go to the cloud', () => {
    const subscriptions = [
      { ...route('up', 'device:a', 'cloud'), expireAfterS: 60 },
      { ...route('h', 'device:a', 'history'), expireAfterS: 60 },
    ];
    expect(faults({ subscriptions })).toEqual([
      'subscriptions[1].expireAfterS: The subscription "h" leads to "history", where nothing waits long enough to expire. Remove "expireAfterS": it is for the target "cloud".',
    ]);
  });

  it('shows its faults together with those of the schema elsewhere, and blames no stream for a subscription with a slip', () => {
    const found = faults({
      subscriptions: [{ id: 'up', source: 'device:a', subject: 'a/#/b', target: 'cloud' }],
      outbox: {
        streams: [
          { id: 'a', subscription: 'up' },
          { id: 'b', subscription: 'gone' },
        ],
      },
    });
    expect(found.map((one) => one.split(':')[0])).toEqual(['subscriptions[0].subject', 'outbox.streams[1].subscription']);
  });
});
