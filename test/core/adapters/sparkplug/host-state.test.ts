import { describe, expect, it } from 'vitest';
import { joinHost } from '../../../../core/adapters/sparkplug/host-state.ts';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createFakeMqttTraffic } from '../../../fakes/fake-mqtt-traffic.ts';
import { createHarness } from '../harness.ts';

function setUp() {
  const mqtt = createFakeMqttTraffic();
  const { context, clock } = createHarness();
  const broker = { open: true };
  const traffic = {
    ...mqtt,
    publish: async (...args: Parameters<typeof mqtt.publish>): Promise<void> => {
      if (!broker.open) throw new GatewayError('broker/not-open', 'not open');
      await mqtt.publish(...args);
    },
  };
  const said = (): unknown[] =>
    mqtt.published.map(({ topic, payload, retain }) => {
      const { online, timestamp } = JSON.parse(Buffer.from(payload).toString()) as { online: unknown; timestamp: unknown };
      return [topic, retain, online, typeof timestamp];
    });
  const join = (host: string) => joinHost({ clock, log: context.log, mqtt: traffic, random: () => 0.5 }, host);
  return { mqtt, clock, broker, said, join };
}
const state = (host: string, online: boolean) => [`spBv1.0/STATE/${host}`, true, online, 'number'];

describe('the state of a host application', () => {
  it('is said once for all that need it, and taken back when the last of them has gone for a while', async () => {
    const { join, said, clock, mqtt } = setUp();
    const leaves = [join('scada'), join('scada')];
    await clock.advance(0);
    expect(said()).toEqual([state('scada', true)]);
    for (const leave of leaves) leave();
    await clock.advance(1000);
    const back = join('scada');
    await clock.advance(10_000);
    expect(said()).toEqual([state('scada', true)]);
    back();
    back();
    await clock.advance(3000);
    expect(said()).toEqual([state('scada', true), state('scada', false)]);
    expect([mqtt.listeners, clock.pending]).toEqual([0, 0]);
  });

  it('is said as soon as the broker opens', async () => {
    const { join, said, clock, broker } = setUp();
    broker.open = false;
    join('scada');
    await clock.advance(60_000);
    expect(said()).toEqual([]);
    broker.open = true;
    await clock.advance(15_000);
    expect(said()).toEqual([state('scada', true)]);
    expect(clock.pending).toBe(0);
  });

  it('is said again at once where somebody else denies it, but not more than once a second', async () => {
    const { join, said, clock, mqtt } = setUp();
    join('scada');
    await clock.advance(5000);
    mqtt.say('spBv1.0/STATE/scada', '{"online":false,"timestamp":1}');
    await clock.advance(100);
    expect(said()).toHaveLength(2);
    for (let i = 0; i < 50; i += 1) mqtt.say('spBv1.0/STATE/scada', '{"online":false,"timestamp":1}');
    for (const payload of ['{"online":true}', 'null', 'OFFLINE', '{']) mqtt.say('spBv1.0/STATE/scada', payload);
    mqtt.say('spBv1.0/STATE/other', '{"online":false}');
    await clock.advance(10_000);
    expect(said()).toEqual([state('scada', true), state('scada', true), state('scada', true)]);
  });
});
