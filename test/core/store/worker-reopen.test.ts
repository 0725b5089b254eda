import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { createWorkerLink, type StoreThread } from '../../../core/store/sqlite/worker-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

/** The first opens; the second hears `open`, and refuses it when told to. */
class FakeThread extends EventEmitter {
  refuse = (): void => {};
  private readonly sound: boolean;
  constructor(sound: boolean) {
    super();
    this.sound = sound;
  }
  postMessage({ t, call }: { t: string; call: number }): void {
    if (this.sound && t === 'open') queueMicrotask(() => this.emit('message', { t: 'result', call, value: {} }));
    if (this.sound || t !== 'open') return;
    const fault = { code: 'store/failed', message: 'no', remedy: '', cause: null };
    this.refuse = () => void this.emit('message', { t: 'failure', call, fault });
  }
  async terminate(): Promise<number> {
    this.emit('exit', 1);
    return 1;
  }
}

it('rejects what was asked of a thread that then could not open', async () => {
  const clock = createManualClock();
  const threads: FakeThread[] = [];
  const spawn = (): StoreThread => {
    const thread = new FakeThread(threads.length === 0);
    threads.push(thread);
    return thread as unknown as StoreThread; // the few members that the link uses
  };
  const link = createWorkerLink({ clock, spawn });
  await link.start({ dataDir: '/nowhere', reserveBytes: 0, walPages: 1000 }, new AbortController().signal);
  threads[0]?.emit('exit', 1);
  await clock.advance(1000);
  expect(threads).toHaveLength(2);
  let told = 'nothing';
  link.call('documents.list', null).catch(({ code }: { code: string }) => {
    told = code;
  });
  threads[1]?.refuse();
  await clock.advance(1);
  expect(told).toBe('store/failed');
  await link.stop(1000);
});
