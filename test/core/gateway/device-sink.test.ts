import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createDeviceSink } from '../../../core/gateway/device-sink.ts';
import { buildRouter, draft, subscription } from '../router/router-under-test.ts';

it('writes what a message says, in order, and goes on after one that was refused', async () => {
  const { clock, router } = buildRouter();
  const hub = createLogHub({ clock }, { keep: 100, level: 'info' });
  const sent: unknown[] = [];
  const device = {
    async send(point: string, value: unknown): Promise<void> {
      if (point === 'locked') throw new Error('no');
      sent.push([point, value]);
    },
  };
  router.attach('device:d', createDeviceSink(device, hub.logger('site')));
  router.apply([subscription('a', 'local', '#', 'device:d')], 8);
  for (const text of ['{"a":1,"b":true}', '{"locked":1}', 'not JSON', '{"a":2}']) router.publish(draft('client:c', 'x', text));
  await clock.advance(1000);
  expect(sent).toEqual([
    ['a', 1],
    ['b', true],
    ['a', 2],
  ]);
  expect(hub.recent().map(({ event }) => event)).toEqual(['device.write-failed', 'device.write-failed']);
});
