import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTopicTrie } from '../../../core/router/topic-trie.ts';
import { MAX_TOPIC_BYTES, topicFault, topicMatches } from '../../../core/router/topics.ts';

/** Filter, name, and whether MQTT 3.1.1 section 4.7 says that they match. */
const CASES: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['sport/#', 'sports', false],
  ['a/#', 'a/', true],
  ['#', 'a/b/c', true],
  ['#', '/', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+', '/finance', false],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', 'a', true],
  ['+/tennis/#', 'x/tennis', true],
  ['a//b', 'a//b', true],
  ['a/+/b', 'a//b', true],
  ['a//b', 'a/b', false],
  ['a', 'A', false],
  ['/a', 'a', false],
  ['a', 'a/', false],
  ['#', '$SYS/broker', false],
  ['+/broker', '$SYS/broker', false],
  ['+/#', '$SYS', false],
  ['$SYS/#', '$SYS/broker', true],
  ['$SYS/#', '$SYS', true],
  ['$SYS/+', '$SYS/broker', true],
  ['a/+', 'a/$x', true],
  ['a/#', 'a/$x/y', true],
];

const level = fc.constantFrom('', 'a', 'b', '$s', '$');
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest || levels.length === 0 ? ['#'] : [])].join('/'));

describe('topic filters', () => {
  it.each(CASES)('"%s" against "%s": %s', (wanted, name, matches) => {
    expect(topicMatches(wanted, name)).toBe(matches);
    expect(createTopicTrie([{ filter: wanted, value: 1 }]).match(name)).toEqual(matches ? [1] : []);
  });

  it('give the same in a trie as one by one, each value once, in the order of adding', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 20 }), topic, fc.boolean(), (filters, name, shared) => {
        const entries = filters.map((one, i) => ({ filter: one, value: shared ? i % 3 : i }));
        const one = entries.filter((entry) => topicMatches(entry.filter, name)).map((entry) => entry.value);
        const order = [...new Set(entries.map((entry) => entry.value))];
        expect(createTopicTrie(entries).match(name)).toEqual(order.filter((value) => one.includes(value)));
      }),
    );
  });
});

describe('topicFault', () => {
  it.each([
    ['', 'empty'],
    ['a/+', 'wildcard'],
    ['a#', 'wildcard'],
    ['a\u0000b', 'NUL'],
    ['x'.repeat(MAX_TOPIC_BYTES + 1), 'longer than 256 bytes'],
    ['€'.repeat(86), 'longer than 256 bytes'],
    ['/'.repeat(32), 'more than 32 levels'],
  ])('names what is wrong with %j', (name, words) => {
    expect(topicFault(name)).toContain(words);
  });

  it.each(['a', '/', 'a//b', '$SYS/x', 'x'.repeat(MAX_TOPIC_BYTES), '€'.repeat(85), '/'.repeat(31), 'a b/ä'])(
    'allows %j',
    (name) => {
      expect(topicFault(name)).toBeNull();
    },
  );
});
