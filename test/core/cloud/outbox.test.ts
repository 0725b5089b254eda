import { expect, it } from 'vitest';
import { createStreamPicker, toSpoolPlan } from '../../../core/cloud/outbox-plan.ts';
import { createOutboxSink } from '../../../core/cloud/outbox-sink.ts';
import { Outbox } from '../../../core/contract/document/outbox.ts';
import { Subscription } from '../../../core/contract/document/subscriptions.ts';
import { createMemorySpool } from '../../../core/store/memory-spool.ts';
import { buildRouter, draft, outcome, subscription, turn } from '../router/router-under-test.ts';
import { message } from './harness.ts';

const outbox = Outbox.parse({
  streams: [
    { id: 'alarms', filter: 'alarms/#', priority: 'high', keep: { hours: 24, messages: 5 }, whenFull: 'reject-newest' },
    { id: 'trend', subscription: 'sub-t', whenFull: 'thin-out', keepEvery: 3 },
    { id: 'late', filter: 'alarms/late' },
  ],
});
const route = (id: string, more = {}) => Subscription.parse({ id, source: 'device:*', subject: '#', target: 'cloud', ...more });

it('makes a plan of the document, the rest first', () => {
  expect(toSpoolPlan(outbox)).toMatchObject({
    maxAgeMs: 8760 * 3_600_000,
    whenFull: 'drop-lowest',
    roomPercent: 5,
    streams: [
      { name: 'rest', priority: 'normal', maxMessages: null },
      { name: 'alarms', priority: 'high', maxMessages: 5, maxAgeMs: 86_400_000, whenFull: 'reject-newest' },
      { name: 'trend', whenFull: 'thin-out', keepEvery: 3 },
      { name: 'late' },
    ],
  });
});

it('picks the first stream that fits, by subscription or topic', () => {
  const pick = createStreamPicker(outbox);
  const name = (topic: string, by: string): string => pick(message(topic), route(by));
  for (let again = 0; again < 2; again += 1) {
    expect(name('alarms/late', 'x')).toBe('alarms');
    expect(name('alarms/1', 'sub-t')).toBe('alarms');
    expect(name('dt/1', 'sub-t')).toBe('trend');
    expect(name('dt/1', 'x')).toBe('rest');
  }
  for (let i = 0; i < 12_000; i += 1) pick(message(`many/${i}`), route('x'));
  expect(name('alarms/1', 'x')).toBe('alarms');
});

it('keeps each message in its stream, in order, with the age of its subscription', async () => {
  let steady = 1000;
  const spool = createMemorySpool(undefined, { steady: () => steady });
  const sink = createOutboxSink({ spool, pick: createStreamPicker(outbox) });
  await sink.deliver(
    ['alarms/1', 'dt/1', 'alarms/2', 'dt/2'].map((topic) => message(topic)),
    route('x', { expireAfterS: 10 }),
  );
  const read = (stream: string) => spool.peek({ stream, from: 'oldest', limit: 9, maxBytes: 1e6 });
  expect((await read('alarms')).map((entry) => entry.message.topic)).toEqual(['alarms/1', 'alarms/2']);
  expect((await read('rest')).map(({ expiresAt }) => expiresAt)).toEqual([11_000, 11_000]);
  steady = 12_000;
  expect(await read('rest')).toEqual([]);
});

it('a stream that refuses neither holds up the others nor has them stored twice', async () => {
  const { router, clock } = buildRouter();
  const spool = createMemorySpool();
  spool.configure(toSpoolPlan(outbox));
  router.attach('cloud', createOutboxSink({ spool, pick: createStreamPicker(outbox) }));
  router.apply([subscription('d', 'device:*', '#', 'cloud'), subscription('l', 'local', '#', 'cloud')], 8);
  const counts = () => Object.fromEntries(spool.stats().streams.map(({ name, count }) => [name, count]));
  const clients = ['alarms/1', 'dt/1', 'alarms/2'].map((topic) => outcome(router.publish(draft('client:c', topic, 'x'))));
  await turn();
  await turn();
  expect(clients.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  const devices = ['alarms/3', 'alarms/4', 'alarms/5'].map((topic) => router.publish(draft('device:d', topic, 'x')));
  await Promise.all(devices);
  const mixed = ['alarms/6', 'dt/2', 'dt/3'].map((topic) => outcome(router.publish(draft('client:c', topic, 'x'))));
  void router.publish(draft('device:d', 'alarms/7', 'x'))?.catch(() => {});
  void router.publish(draft('device:d', 'dt/4', 'x'))?.catch(() => {});
  await turn();
  await turn();
  expect(mixed.map(({ state }) => state)).toEqual(['outbox/full', 'done', 'done']);
  for (let i = 0; i < 5; i += 1) await clock.advance(5000);
  expect(counts()).toMatchObject({ alarms: 5, rest: 4 });
  // The device's alarm was kept in its route, and goes when there is room.
  const [first] = await spool.peek({ stream: 'alarms', from: 'oldest', limit: 1, maxBytes: 1 });
  await spool.ack([first?.id ?? 0]);
  await clock.advance(10_000);
  expect(counts()).toMatchObject({ alarms: 5, rest: 4 });
  for (const one of router.routes()) expect(one.books.view(one.waiting)).toMatchObject({ balanced: true, waiting: 0 });
  expect(spool.stats().appended).toBe(10);
});
