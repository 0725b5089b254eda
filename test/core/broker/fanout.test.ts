import { describe, expect, it } from 'vitest';
import { createFanout } from '../../../core/broker/fanout.ts';

interface Packet {
  readonly topic: string;
}

function heard(filters: readonly string[], topic: string): string[] {
  const fanout = createFanout<Packet>();
  const got: string[] = [];
  for (const filter of filters) fanout.on(filter, () => got.push(filter));
  fanout.emit({ topic });
  return got.sort();
}

describe('fanout', () => {
  it.each([
    ['a/b', ['a/b', '#', 'a/#', '+/b', 'a/+', 'a/b/#'], ['#', '+/b', 'a/#', 'a/+', 'a/b', 'a/b/#']],
    ['a', ['a/#', '+', 'a/+', '+/+'], ['+', 'a/#']],
    ['a/b/c', ['a/+', 'a/+/c', '+/+/+', 'a/b'], ['+/+/+', 'a/+/c']],
    ['/a', ['+/a', '/+', '+'], ['+/a', '/+']],
    ['a//b', ['a/+/b', 'a//b'], ['a/+/b', 'a//b']],
  ])('%s reaches what MQTT 4.7 says', (topic, filters, expected) => {
    expect(heard(filters, topic)).toEqual(expected);
  });
  it('forgets what was remembered when a subscription comes or goes', () => {
    const fanout = createFanout<Packet>();
    const got: string[] = [];
    const first = (): void => void got.push('first');
    fanout.on('a', first);
    fanout.emit({ topic: 'a' });
    fanout.on('+', () => got.push('second'));
    fanout.emit({ topic: 'a' });
    fanout.removeListener('a', first);
    fanout.emit({ topic: 'a' });
    expect(got).toEqual(['first', 'first', 'second', 'second']);
  });
  it('does not wait for a client that never takes its packet', async () => {
    const fanout = createFanout<Packet>();
    let got = 0;
    fanout.on('a', () => {});
    fanout.on('a', () => {
      got += 1;
    });
    for (let i = 0; i < 5000; i += 1) await new Promise<void>((done) => fanout.emit({ topic: 'a' }, () => done()));
    expect(got).toBe(5000);
  });
});
