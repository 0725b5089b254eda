import { describe, expect, it } from 'vitest';
import type { GatewayApi, Topic, TopicEvent } from '../../../core/contract/api.ts';
import type { LogView } from '../../../core/contract/views.ts';
import { createTopicStores } from '../../../renderer/stores/topic-store.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const line = (id: number): LogView => ({ id, at: id, mono: id, level: 'info', source: 's', event: 'e', message: '', data: {} });

/** Counts what is watched and lets a test send events of the topic `logs`. */
function createWatched() {
  const listeners = new Set<(event: TopicEvent<'logs'>) => void>();
  const api: GatewayApi = {
    call: () => Promise.reject(new Error('not here')),
    watch<T extends Topic>(_topic: T, _params: unknown, listener: (event: TopicEvent<T>) => void) {
      const own = listener as unknown as (event: TopicEvent<'logs'>) => void;
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
  return {
    api,
    watches: () => listeners.size,
    send: (event: TopicEvent<'logs'>) => {
      for (const listener of listeners) listener(event);
    },
  };
}

describe('topic stores', () => {
  it('goes from loading to live to stale and back', () => {
    const watched = createWatched();
    const logs = createTopicStores({ api: watched.api, clock: createManualClock() }).of('logs', {});
    logs.hold();
    expect(logs.store.getState().status).toBe('loading');
    watched.send({ kind: 'snapshot', rev: 1, items: [line(1)] });
    expect(logs.store.getState()).toMatchObject({ status: 'live', order: ['1'] });
    watched.send({ kind: 'offline' });
    expect(logs.store.getState()).toMatchObject({ status: 'stale', order: ['1'] });
    watched.send({ kind: 'snapshot', rev: 5, items: [line(1), line(2)] });
    expect(logs.store.getState()).toMatchObject({ status: 'live', order: ['1', '2'] });
  });

  it('keeps the identity of rows that did not change', () => {
    const watched = createWatched();
    const logs = createTopicStores({ api: watched.api, clock: createManualClock() }).of('logs', {});
    logs.hold();
    watched.send({ kind: 'snapshot', rev: 1, items: [line(1), line(2)] });
    const before = logs.store.getState().byId['1'];
    watched.send({ kind: 'patch', rev: 2, set: [line(2)], gone: [] });
    expect(logs.store.getState().byId['1']).toBe(before);
  });

  it('watches once for many readers and ends some time after the last', async () => {
    const clock = createManualClock();
    const watched = createWatched();
    const stores = createTopicStores({ api: watched.api, clock });
    const first = stores.of('logs', {}).hold();
    const second = stores.of('logs', {}).hold();
    expect(watched.watches()).toBe(1);
    first();
    second();
    await clock.advance(5000);
    expect(watched.watches()).toBe(1);
    const third = stores.of('logs', {}).hold();
    await clock.advance(60_000);
    expect(watched.watches()).toBe(1);
    third();
    await clock.advance(60_000);
    expect(watched.watches()).toBe(0);
  });

  it('ends a view with parameters at once, and starts it empty again', async () => {
    const clock = createManualClock();
    const watched = createWatched();
    const stores = createTopicStores({ api: watched.api, clock });
    const view = stores.of('frames', { device: 'meter' });
    expect(stores.of('frames', { device: 'meter' })).toBe(view);
    expect(stores.of('frames', { device: 'other' })).not.toBe(view);
    const release = view.hold();
    release();
    await clock.advance(1);
    expect(watched.watches()).toBe(0);
    expect(view.store.getState().status).toBe('loading');
  });

  it('ends everything when disposed', () => {
    const watched = createWatched();
    const stores = createTopicStores({ api: watched.api, clock: createManualClock() });
    stores.of('logs', {}).hold();
    stores.dispose();
    expect(watched.watches()).toBe(0);
  });
});
