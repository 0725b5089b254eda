import { expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { DeploymentDocument } from '../../../core/contract/document/document.ts';
import type { InvokeOutcome, InvokeRequest } from '../../../core/functions/invocation.ts';
import { createCloudInvocations } from '../../../core/gateway/cloud-invocations.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { buildRouter, draft, openSink, subscription, textOf, turn } from '../router/router-under-test.ts';

const site = (invokedBy: readonly string[]) =>
  DeploymentDocument.parse({
    schema: 'gatehouse/1',
    name: 'site',
    functions: [{ name: 'f', code: { inline: 'x' }, permissions: { invokedBy } }],
  });
const outcome = (payload: Uint8Array): InvokeOutcome => ({
  requestId: 'r1',
  functionError: '',
  statusCode: 200,
  payload,
  durationMs: 1,
  waitedMs: 0,
  cold: false,
  logs: [],
  published: [],
});

function built(work: (request: InvokeRequest) => Promise<InvokeOutcome>) {
  const { router } = buildRouter();
  const asked: [string, InvokeRequest][] = [];
  const cloud = openSink();
  router.attach('cloud', cloud);
  router.apply([subscription('answers', 'function:*', 'gatehouse/gw/result/#', 'cloud')], 8);
  const invocations = createCloudInvocations({
    log: createLogHub({ clock: createManualClock() }, { keep: 10, level: 'debug' }).logger('test'),
    router,
    thing: 'gw',
    host: {
      async invoke(name, request) {
        asked.push([name, request]);
        return work(request);
      },
    },
  });
  const answers = () => cloud.messages.map((one) => [one.topic, JSON.parse(textOf(one))]);
  return { router, asked, answers, invocations };
}
const echo = async ({ payload }: InvokeRequest): Promise<InvokeOutcome> => outcome(payload);

it('invokes what the cloud asks for, and answers on the result topic', async () => {
  const { router, asked, answers, invocations } = built(echo);
  invocations.settle(site(['cloud']));
  router.publish(draft('cloud:cloud', 'gatehouse/gw/invoke/f/1', '{"a":1}'));
  router.publish(draft('cloud:cloud', 'gatehouse/gw/invoke/f/2', '\u00ff'));
  await turn();
  expect(answers()).toEqual([
    ['gatehouse/gw/result/f/1', { requestId: 'r1', statusCode: 200, functionError: '', payload: { a: 1 } }],
    ['gatehouse/gw/result/f/2', { requestId: 'r1', statusCode: 200, functionError: '', payload: 'w78=' }],
  ]);
  expect(asked[0]).toMatchObject(['f', { by: { kind: 'cloud', id: '1' }, subject: 'gatehouse/gw/invoke/f/1', hops: 1 }]);
});

it('takes no notice of others, of other topics, of retained messages and of a second delivery', async () => {
  const { router, asked, invocations } = built(echo);
  invocations.settle(site(['cloud']));
  for (const source of ['client:x', 'device:d', 'function:f'] as const) router.publish(draft(source, 'gatehouse/gw/invoke/f/1'));
  for (const topic of ['invoke/f', 'invoke/f/1/2', 'invoke/f/', 'invoke//1', 'invoke/f/a b', 'result/f/1'])
    router.publish(draft('cloud:cloud', `gatehouse/gw/${topic}`));
  router.publish({ ...draft('cloud:cloud', 'gatehouse/gw/invoke/f/3'), retain: true });
  expect(asked).toEqual([]);
  router.publish(draft('cloud:cloud', 'gatehouse/gw/invoke/f/4'));
  router.publish(draft('cloud:cloud', 'gatehouse/gw/invoke/f/4'));
  await turn();
  expect(asked).toHaveLength(1);
});

it('answers a refusal with its code', async () => {
  const { router, answers, invocations } = built(() => Promise.reject(new GatewayError('function/busy', 'full')));
  invocations.settle(site(['cloud']));
  router.publish(draft('cloud:cloud', 'gatehouse/gw/invoke/f/1'));
  await turn();
  expect(answers()).toEqual([['gatehouse/gw/result/f/1', { code: 'function/busy', message: 'full' }]]);
});

it('has 100 under way at most', async () => {
  const { router, asked, answers, invocations } = built(() => new Promise(() => {}));
  invocations.settle(site(['cloud']));
  for (let i = 0; i < 101; i += 1) router.publish(draft('cloud:cloud', `gatehouse/gw/invoke/f/${i}`));
  await turn();
  expect(asked).toHaveLength(100);
  expect(answers()).toMatchObject([['gatehouse/gw/result/f/100', { code: 'function/busy' }]]);
});

it('listens and subscribes only while a function may be invoked so', async () => {
  const { router, asked, invocations } = built(echo);
  const ask = (id: number) => router.publish(draft('cloud:cloud', `gatehouse/gw/invoke/f/${id}`));
  expect(invocations.filters(site(['console']))).toEqual([]);
  expect(invocations.filters(site(['cloud']))).toEqual(['gatehouse/gw/invoke/+/+']);
  ask(1);
  invocations.settle(site(['cloud']));
  ask(2);
  invocations.settle(site(['console']));
  ask(3);
  invocations.settle(site(['cloud']));
  invocations.stop();
  ask(4);
  await turn();
  expect(asked.map(([, { by }]) => by.id)).toEqual(['2']);
});
