import { expect, it } from 'vitest';
import { createAwaitedMessages } from '../../../core/gateway/awaited-messages.ts';
import { buildRouter, draft, openSink, subscription } from '../router/router-under-test.ts';

const never = new AbortController().signal;

/** The router, and how many listen to it. */
function built() {
  const { router } = buildRouter();
  let listening = 0;
  const next = createAwaitedMessages({
    tap(listener) {
      const untap = router.tap(listener);
      listening += 1;
      return () => {
        listening -= 1;
        untap();
      };
    },
  });
  return { router, next, listening: () => listening };
}
const said = ({ topic, source, payload }: { topic: string; source: string; payload: Uint8Array }): string =>
  `${source} ${topic} ${Buffer.from(payload)}`;

it('gives the first message on the topic, from anybody, to all who wait for it, once', async () => {
  const { router, next, listening } = built();
  for (const target of ['history', 'alarms']) router.attach(target, openSink());
  router.apply([subscription('a', 'local', '#', 'history'), subscription('b', 'local', '#', 'alarms')], 8);
  const waiting = [next('reply/1', never), next('reply/1', never), next('reply/2', never)];
  expect(listening()).toBe(1);
  router.publish(draft('client:x', 'reply', 'no'));
  router.publish(draft('client:x', 'reply/1', 'first'));
  router.publish(draft('client:x', 'reply/1', 'second'));
  router.publish(draft('device:d', 'reply/2', 'unrouted'));
  expect((await Promise.all(waiting)).map(said)).toEqual([
    'client:x reply/1 first',
    'client:x reply/1 first',
    'device:d reply/2 unrouted',
  ]);
  expect(listening()).toBe(0);
});

it('ends with the signal, and listens no longer', async () => {
  const { router, next, listening } = built();
  const life = new AbortController();
  const [one, other] = [next('a', life.signal), next('a', never)];
  life.abort(new Error('enough'));
  await expect(one).rejects.toThrow('enough');
  expect(listening()).toBe(1);
  router.publish(draft('client:x', 'a', 'still'));
  expect(said(await other)).toBe('client:x a still');
  await expect(next('a', life.signal)).rejects.toThrow('enough');
  expect(listening()).toBe(0);
});

it('hears again after it has stopped listening', async () => {
  const { router, next } = built();
  for (const text of ['1', '2']) {
    const one = next('a', never);
    router.publish(draft('client:x', 'a', text));
    expect(said(await one)).toBe(`client:x a ${text}`);
  }
});
