import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import type { Seen } from '../../../../core/functions/invocation.ts';
import { bytes, codeOf, createDeskRig, type DeskRig, EVERYTHING, FACTS, fault, GREENGRASS, REQUEST } from './desk-rig.ts';

const ANSWERED = { nextMessage: async () => ({ topic: 'ask/reply', source: 'client:till', payload: bytes('!') }) };
let rig: DeskRig;
beforeEach(() => {
  rig = createDeskRig();
});

describe('publishing of the Greengrass SDK', () => {
  const refuse = (code: 'router/queue-full' | 'router/bad-topic' | 'store/full') => {
    rig.accept = () => Promise.reject(new GatewayError(code, 'no'));
  };
  const bestEffort = { ...GREENGRASS, queueFull: 'BestEffort' };
  it('goes out as this function, with hops and trace, and answers with an id', async () => {
    expect(await rig.call('publish.greengrass', GREENGRASS)).toEqual({ invocationId: 'new-id' });
    const source = { kind: 'function', id: 'caller' };
    expect(rig.published).toEqual([
      { topic: 'a/b', payload: GREENGRASS.payload, qos: 0, retain: false, source, hops: 3, traceId: 'trace-7' },
    ]);
  });
  it('is shown to who watches the invocation, unless nobody gets it', async () => {
    const seen: Seen = { logs: { items: [], most: 9, count: 0 }, published: { items: [], most: 9, count: 0 } };
    await rig.call('publish.greengrass', GREENGRASS, undefined, { ...FACTS, seen });
    await rig.call('request', { ...REQUEST, timeoutMs: 1 }, rig.deskWith(EVERYTHING, ANSWERED), { ...FACTS, seen });
    rig.full = ['the queue of function "slow"'];
    await fault(rig.call('publish.greengrass', GREENGRASS, undefined, { ...FACTS, seen }));
    expect(seen.published.items).toEqual([
      { topic: 'a/b', payload: GREENGRASS.payload },
      { topic: 'ask', payload: REQUEST.payload },
    ]);
  });
  it('AllOrError: nobody gets it where one has no room, and the fault says who', async () => {
    rig.full = ['the queue of function "slow"', 'the queue of subscription "up"'];
    const told = await fault(rig.call('publish.greengrass', GREENGRASS));
    expect([told.code, told.message]).toEqual([
      'function/busy',
      '"a/b" was published to nobody: the queue of function "slow", the queue of subscription "up" have no room.',
    ]);
    expect(rig.published).toEqual([]);
  });
  it('AllOrError: tells what the router refuses', async () => {
    refuse('store/full');
    expect(await codeOf(rig.call('publish.greengrass', GREENGRASS))).toBe('store/full');
  });
  it('BestEffort: does not look for room, and bears refusals but that of a wrong topic', async () => {
    rig.full = ['the queue of function "slow"'];
    refuse('router/queue-full');
    expect(await rig.call('publish.greengrass', bestEffort)).toEqual({ invocationId: 'new-id' });
    refuse('router/bad-topic');
    expect(await codeOf(rig.call('publish.greengrass', bestEffort))).toBe('router/bad-topic');
  });
});

describe('a request', () => {
  const reply = { topic: 'ask/reply', source: 'client:till', payload: bytes('!') };
  it('publishes, then listens, and gives the reply', async () => {
    const order: string[] = [];
    rig.accept = () => {
      order.push('published');
      return undefined;
    };
    const desk = rig.deskWith(EVERYTHING, {
      nextMessage: (topic) => {
        order.push(`listens on ${topic}`);
        return Promise.resolve(reply);
      },
    });
    expect(await rig.call('request', REQUEST, desk)).toEqual(reply);
    expect(order).toEqual(['published', 'listens on ask/reply']);
    expect(rig.clock.pending).toBe(0);
  });
  it('takes a reply that comes before the disk has answered', async () => {
    rig.accept = () => new Promise(() => {});
    const work = rig.call('request', REQUEST);
    await rig.clock.advance(1);
    rig.replies[0]?.resolve(reply);
    expect(await work).toEqual(reply);
  });
  it('ends without a reply, and leaves nothing behind', async () => {
    const work = codeOf(rig.call('request', REQUEST));
    await rig.clock.advance(999);
    expect(rig.replies).toHaveLength(1);
    await rig.clock.advance(1);
    expect(await work).toBe('function/no-reply');
    expect(rig.clock.pending).toBe(0);
  });
  it('tells that the request itself was refused, and waits no longer', async () => {
    rig.accept = () => Promise.reject(new GatewayError('store/full', 'no room'));
    expect(await codeOf(rig.call('request', REQUEST))).toBe('store/full');
    expect(rig.clock.pending).toBe(0);
  });
  it('refuses a reply topic that is a filter', async () => {
    expect(await codeOf(rig.call('request', { ...REQUEST, replyTopic: 'ask/+' }))).toBe('router/bad-topic');
    expect(rig.published).toEqual([]);
  });
  it('lets 100 wait, and one more when one of them has ended', async () => {
    const desk = rig.deskWith();
    const all = Array.from({ length: 100 }, () => rig.call('request', REQUEST, desk));
    const ends = Promise.allSettled(all);
    await rig.clock.advance(1);
    expect(await codeOf(rig.call('request', REQUEST, desk))).toBe('function/busy');
    rig.replies[0]?.resolve(reply);
    await all[0];
    const one = codeOf(rig.call('request', REQUEST, desk));
    await rig.clock.advance(1000);
    expect(await one).toBe('function/no-reply');
    expect((await ends).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
