import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHub } from '../../../core/api/hub.ts';
import { createApiServer } from '../../../core/api/server.ts';
import type { Handlers } from '../../../core/api/sources.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { METHODS, TOPICS } from '../../../core/contract/api.ts';
import { createApiClient } from '../../../core/contract/client.ts';
import type { ServerFrame } from '../../../core/contract/wire.ts';
import { createFakeGateway } from '../../fakes/fake-gateway.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryPair } from '../../fakes/memory-transport.ts';

/** A server over the fake gateway, and clients that speak raw frames to it. */
function setUp(handlers: Partial<Handlers> = {}) {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const log = logs.logger('api');
  const fake = createFakeGateway({ clock });
  const hub = createHub({ sources: fake.sources, clock, log });
  const api = createApiServer(
    { handlers: { ...fake.handlers, ...handlers }, hub, clock, log, version: '1.2.3' },
    { checkOutputs: true },
  );
  function join() {
    const pair = createMemoryPair();
    const heard: ServerFrame[] = [];
    pair.client.onFrame((frame) => heard.push(frame));
    let isClosed = false;
    void pair.client.closed.then(() => {
      isClosed = true;
    });
    api.attach(pair.server, { kind: 'console', id: 'browser-1' });
    return { pair, heard, say: (frame: unknown) => pair.client.send(frame as never), isClosed: () => isClosed };
  }
  const events = () => logs.recent().map((record) => record.event);
  return { clock, logs, events, fake, hub, api, join };
}

describe('api server', () => {
  it('greets, answers calls and beats, and serves every view to a real client', async () => {
    const { clock, api, fake } = setUp();
    const pair = createMemoryPair();
    api.attach(pair.server, { kind: 'cli', id: 'cli-1' });
    const client = createApiClient({ connect: async () => pair.client, clock, random: () => 1 });
    const seen: Record<string, number> = {};
    const wanted: Record<string, object> = {
      frames: { device: 'meter' },
      'tool-lines': { session: 's' },
      matrix: { session: 's' },
      tries: { session: 's' },
      'function-errors': { function: 'pump-vibration' },
      'function-versions': { function: 'pump-vibration' },
    };
    for (const topic of Object.keys(TOPICS) as (keyof typeof TOPICS)[])
      client.watch(topic, wanted[topic] ?? {}, (event) => {
        if (event.kind !== 'snapshot') return;
        for (const row of event.items) TOPICS[topic].row.parse(row);
        seen[topic] = event.items.length;
      });
    await clock.advance(0);
    expect(Object.keys(seen).sort()).toEqual(Object.keys(TOPICS).sort());
    // Nobody has opened a tool or begun a scan.
    const empty = Object.keys(seen).filter((topic) => seen[topic] === 0);
    expect(empty.sort()).toEqual(['matrix', 'scans', 'tools', 'tries']);
    expect(client.version()).toBe('1.2.3');
    expect(await client.call('device.list', {})).toHaveLength(8);
    expect((await client.call('history.trend', { series: 's', from: 0, to: 100, buckets: 10 })).length).toBe(10);
    const write = { device: 'pump', point: 'setpoint', value: 1400, confirmed: true };
    await client.call('device.write', write);
    expect(fake.asked.at(-1)).toEqual({ method: 'device.write', input: write });
    await expect(client.call('device.read', { device: 'nope' })).rejects.toMatchObject({
      code: 'adapter/unknown-device',
      message: 'there is no device "nope"',
    });
    await clock.advance(60_000);
    expect(client.status()).toBe('online');
    await client.close();
    await clock.advance(0);
    expect([api.clients, clock.pending]).toEqual([0, 0]);
  });

  it('names the fields that are wrong', async () => {
    const { clock, join } = setUp();
    const { heard, say } = join();
    say({ t: 'call', id: 1, method: 'device.write', input: { device: 5, point: 'p', value: 1, extra: 1 } });
    say({ t: 'watch', id: 2, topic: 'frames', params: {} });
    await clock.advance(0);
    expect(heard.slice(1)).toMatchObject([
      { t: 'err', id: 1, error: { code: 'api/bad-input', message: expect.stringMatching(/"device".*extra/) } },
      { t: 'err', id: 2, error: { code: 'api/bad-input', message: expect.stringContaining('"device"') } },
    ]);
  });

  it('knows only its own methods and views', async () => {
    const { clock, join } = setUp();
    const { heard, say, isClosed } = join();
    for (const [i, name] of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'nope'].entries()) {
      say({ t: 'call', id: i * 2, method: name, input: {} });
      say({ t: 'watch', id: i * 2 + 1, topic: name, params: {} });
    }
    await clock.advance(0);
    const codes = heard.slice(1).map((frame) => (frame.t === 'err' ? frame.error.code : frame.t));
    expect(codes).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'api/unknown-method' : 'api/unknown-topic')));
    expect(isClosed()).toBe(false);
  });

  it('aborts a cancelled call and sends no answer to it', async () => {
    let aborted: unknown = null;
    const { clock, join } = setUp({
      'device.read': (_input, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = signal.reason;
            reject(signal.reason);
          });
        }),
    });
    const { heard, say } = join();
    say({ t: 'call', id: 1, method: 'device.read', input: { device: 'meter' } });
    say({ t: 'cancel', id: 1 });
    say({ t: 'cancel', id: 77 });
    await clock.advance(0);
    expect(aborted).toMatchObject({ code: 'api/cancelled' });
    expect(heard.map((frame) => frame.t)).toEqual(['hello']);
  });

  it('hides what a handler threw by mistake, and logs it', async () => {
    const { clock, join, events } = setUp({
      'device.list': async () => {
        throw new Error('password=hunter2');
      },
      'function.list': async () => [{ wrong: true }] as never,
    });
    const { heard, say } = join();
    say({ t: 'call', id: 1, method: 'device.list', input: {} });
    say({ t: 'call', id: 2, method: 'function.list', input: {} });
    await clock.advance(0);
    expect(heard.slice(1)).toMatchObject([
      { t: 'err', id: 1, error: { code: 'gateway/internal' } },
      { t: 'err', id: 2, error: { code: 'gateway/internal' } },
    ]);
    expect(JSON.stringify(heard)).not.toContain('hunter2');
    expect(events()).toEqual(['api.call-failed', 'api.call-failed']);
  });

  it('refuses more calls and views at once than the bound', async () => {
    const { clock, join } = setUp({ 'device.read': () => new Promise(() => {}) });
    const { heard, say } = join();
    for (let id = 1; id <= 258; id += 1) say({ t: 'call', id, method: 'device.read', input: { device: 'meter' } });
    await clock.advance(0);
    expect(heard.slice(1)).toMatchObject([
      { t: 'err', id: 257, error: { code: 'api/busy' } },
      { t: 'err', id: 258, error: { code: 'api/busy' } },
    ]);
  });

  it('cuts off a client after several frames that are none', async () => {
    const { clock, join, events, api } = setUp();
    const { heard, say, isClosed } = join();
    for (const bad of [null, 'text', { t: 'call', id: 1 / 3, method: 'x' }, { t: 'nope', id: 4 }]) say(bad);
    await clock.advance(0);
    expect(isClosed()).toBe(false);
    expect(heard.slice(1)).toMatchObject([{ t: 'err', id: 4, error: { code: 'api/bad-frame' } }]);
    say({ t: 'beat', extra: 1 });
    await clock.advance(0);
    expect([isClosed(), api.clients]).toEqual([true, 0]);
    expect(events()).toContain('api.client-cut-off');
  });

  it('survives any frame from any client', async () => {
    const name = fc.constantFrom(...Object.keys(METHODS), ...Object.keys(TOPICS), '__proto__', '');
    const frame = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          t: fc.constantFrom('call', 'watch', 'unwatch', 'cancel', 'beat', 'hello'),
          id: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.jsonValue()),
          method: name,
          topic: name,
          input: fc.jsonValue(),
          params: fc.jsonValue(),
        },
        { requiredKeys: ['t'] },
      ),
    );
    const { clock, join, api, hub } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 15 }), async (frames) => {
        const { pair, say } = join();
        for (const one of frames) say(one);
        await clock.advance(200);
        pair.client.close();
        await clock.advance(0);
        expect([api.clients, hub.watchers]).toEqual([0, 0]);
      }),
      { numRuns: 150 },
    );
  });

  it('ends the watches of a client that is gone', async () => {
    const { clock, join, hub } = setUp();
    const { pair, say } = join();
    say({ t: 'watch', id: 1, topic: 'devices', params: {} });
    say({ t: 'watch', id: 2, topic: 'logs', params: {} });
    say({ t: 'unwatch', id: 2 });
    await clock.advance(0);
    expect(hub.watchers).toBe(1);
    pair.client.close();
    await clock.advance(0);
    expect(hub.watchers).toBe(0);
  });

  it('cuts off a client that does not read: at once above 8 MiB, after 30 s above 1 MiB', async () => {
    const { clock, join, events } = setUp({ 'deployment.text': async () => ({ text: 'x'.repeat(1_500_000) }) });
    const bulky = join();
    const slow = join();
    await clock.advance(0);
    bulky.pair.server.stall();
    slow.pair.server.stall();
    for (let id = 1; id <= 8; id += 1) bulky.say({ t: 'call', id, method: 'deployment.text', input: { version: 1 } });
    slow.say({ t: 'call', id: 1, method: 'deployment.text', input: { version: 1 } });
    await clock.advance(3000);
    expect([bulky.isClosed(), slow.isClosed()]).toEqual([true, false]);
    await clock.advance(30_000);
    expect(slow.isClosed()).toBe(true);
    expect(events().filter((event) => event === 'api.client-cut-off')).toHaveLength(2);
  });

  it('stops: open calls are answered, clients closed, handlers that hang are not waited for', async () => {
    const { clock, join, api } = setUp({ 'device.read': () => new Promise(() => {}) });
    const { heard, say, isClosed } = join();
    say({ t: 'call', id: 1, method: 'device.read', input: { device: 'meter' } });
    await clock.advance(0);
    let isStopped = false;
    const stopping = api.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(0);
    expect(heard.at(-1)).toMatchObject({ t: 'err', id: 1, error: { code: 'gateway/stopping' } });
    expect([isClosed(), isStopped]).toEqual([true, false]);
    await clock.advance(2000);
    await stopping;
    const late = join();
    await clock.advance(0);
    expect([late.isClosed(), clock.pending]).toEqual([true, 0]);
  });
});
