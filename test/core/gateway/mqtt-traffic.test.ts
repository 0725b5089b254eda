import { describe, expect, it } from 'vitest';
import type { MqttClientEvent, MqttHeard } from '../../../core/adapters/mqtt-traffic.ts';
import { createEmitter } from '../../../core/base/emitter.ts';
import { createMqttTraffic } from '../../../core/gateway/mqtt-traffic.ts';
import { buildRouter, draft, heldSink, subscription } from '../router/router-under-test.ts';

function setUp({ late = false } = {}) {
  const { clock, router } = buildRouter();
  const changes = createEmitter<void>();
  const clients = new Map<string, number>();
  const retained = new Map<string, string>();
  const broker = {
    status: () => ({
      port: 1883,
      clients: [...clients].map(([id, since]) => ({ id, address: '127.0.0.1:1', since, subscriptions: 0 })),
      lastFault: null,
    }),
    onChanged: (listener: () => void) => changes.on(listener),
    retained: (filter: string) =>
      [...retained]
        .filter(([topic]) => filter === '#' || filter === topic)
        .map(([topic, text]) => ({ topic, payload: Buffer.from(text) })),
  };
  const state = { broker: late ? null : broker };
  const publish = async (topic: string, payload: Uint8Array): Promise<void> => {
    await router.publish(draft('client:gateway', topic, Buffer.from(payload).toString()));
  };
  const traffic = createMqttTraffic({ clock, router, broker: () => state.broker, publish });
  const heard: string[] = [];
  const note = ({ topic, payload, client, retain, own }: MqttHeard): void =>
    void heard.push(
      `${topic}=${Buffer.from(payload).toString()} ${client || '-'}${retain ? ' retained' : ''}${own ? ' own' : ''}`,
    );
  const set = async (change: () => void): Promise<void> => {
    change();
    changes.emit();
    await clock.advance(100);
  };
  const open = (): void => {
    state.broker = broker;
  };
  return { clock, router, traffic, clients, retained, changes, heard, note, set, open };
}

describe('messages', () => {
  it('of clients on matching topics are heard once, however many subscriptions want them', async () => {
    const { router, traffic, heard, note } = setUp();
    router.attach('function:f', heldSink());
    router.attach('history', heldSink());
    router.apply([subscription('a', 'local', '#', 'function:f'), subscription('b', 'local', 'x/#', 'history')], 8);
    traffic.onMessage('x/+', note);
    router.publish(draft('client:c', 'x/1', 'one'));
    router.publish(draft('client:c', 'y/1', 'two'));
    router.publish(draft('device:d', 'x/1', 'three'));
    router.publish(draft('client:d', 'x/1', 'four'));
    expect(heard).toEqual(['x/1=one c', 'x/1=four d']);
  });
  it('that are retained come first, also when the broker opens later', async () => {
    const { clock, router, traffic, heard, note, retained, open } = setUp({ late: true });
    retained.set('x/1', 'old');
    traffic.onMessage('x/1', note);
    await clock.advance(1000);
    expect(heard).toEqual([]);
    open();
    await clock.advance(500);
    router.publish(draft('client:c', 'x/1', 'new'));
    expect(heard).toEqual(['x/1=old - retained', 'x/1=new c']);
    expect(clock.pending).toBe(0);
  });
  it('are heard by who comes later, and not by who has gone', async () => {
    const { clock, router, traffic, heard, note, retained } = setUp();
    const stop = traffic.onMessage('x/1', note);
    router.publish(draft('client:c', 'x/1', '1'));
    stop();
    stop();
    router.publish(draft('client:c', 'x/1', '2'));
    retained.set('x/1', '2');
    traffic.onMessage('x/1', note);
    await clock.advance(0);
    router.publish(draft('client:c', 'x/1', '3'));
    expect(heard).toEqual(['x/1=1 c', 'x/1=2 - retained', 'x/1=3 c']);
  });
  it('of one client only are heard by who wants only those, and nothing that is retained', async () => {
    const { clock, router, traffic, heard, note, retained } = setUp();
    retained.set('x/1', 'old');
    traffic.onMessage('x/1', note, 'two');
    await clock.advance(0);
    router.publish(draft('client:one', 'x/1', 'a'));
    router.publish(draft('client:two', 'x/1', 'b'));
    expect(heard).toEqual(['x/1=b two']);
  });
  it('that the gateway has published itself are known as such, and those of a client of the same name are not', async () => {
    const { router, traffic, heard, note } = setUp();
    traffic.onMessage('x/#', note);
    await traffic.publish('x/set', Buffer.from('1'), { qos: 1, retain: false });
    router.publish(draft('client:gateway', 'x/set', '2'));
    expect(heard).toEqual(['x/set=1 gateway own', 'x/set=2 gateway']);
  });
  it('cannot be published while there is no broker', async () => {
    const { traffic } = setUp({ late: true });
    await expect(traffic.publish('x/set', Buffer.from('1'), { qos: 1, retain: false })).rejects.toMatchObject({
      code: 'broker/not-open',
    });
  });
  it('cost the router nothing while nobody listens', () => {
    const { router, traffic } = setUp();
    const taps: unknown[] = [];
    const counting = createMqttTraffic({
      clock: buildRouter().clock,
      router: {
        tap(listener) {
          taps.push(listener);
          const stop = router.tap(listener);
          return () => {
            taps.pop();
            stop();
          };
        },
      },
      broker: () => null,
      publish: traffic.publish,
    });
    expect(taps).toEqual([]);
    const stops = [counting.onMessage('a', () => {}), counting.onMessage('b', () => {})];
    expect(taps).toHaveLength(1);
    for (const stop of stops) stop();
    expect(taps).toEqual([]);
  });
});

describe('clients', () => {
  it('that come and go are told, one that came back in between too', async () => {
    const { traffic, clients, set, changes } = setUp();
    const events: MqttClientEvent[] = [];
    clients.set('there', 1);
    const stop = traffic.onClient((event) => events.push(event));
    await set(() => {});
    await set(() => clients.set('a', 2));
    await set(() => clients.set('a', 3));
    await set(() => void clients.delete('a'));
    expect(events.map(({ kind, client }) => `${client} ${kind}`)).toEqual([
      'there connected',
      'a connected',
      'a gone',
      'a connected',
      'a gone',
    ]);
    expect(traffic.clients().map(({ id }) => id)).toEqual(['there']);
    stop();
    expect(changes.size).toBe(0);
  });
});
