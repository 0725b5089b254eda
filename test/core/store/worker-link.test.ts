import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../core/base/log.ts';
import { createFiguresClient } from '../../../core/store/sqlite/figures-client.ts';
import { createWorkerLink, type StoreThread, type WorkerLink } from '../../../core/store/sqlite/worker-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const CONFIG = { dataDir: '/nowhere', reserveBytes: 0, walPages: 1000 };
const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {}, from: () => QUIET };

/** A thread that answers `open` at once, and other calls as it is told. */
class FakeThread extends EventEmitter {
  readonly heard: { t: string; call: number; input: unknown }[] = [];
  mute = false;
  postMessage(request: { t: string; call: number; input: unknown }): void {
    this.heard.push(request);
    if (!this.mute) queueMicrotask(() => this.emit('message', { t: 'result', call: request.call, value: request.t }));
  }
  async terminate(): Promise<number> {
    this.emit('exit', 1);
    return 1;
  }
}

function setUp(prepare: (thread: FakeThread, index: number) => void = () => {}) {
  const clock = createManualClock();
  const threads: FakeThread[] = [];
  const spawn = (): StoreThread => {
    const thread = new FakeThread();
    prepare(thread, threads.length);
    threads.push(thread);
    return thread as unknown as StoreThread; // the few members that the link uses
  };
  return { clock, threads, link: createWorkerLink({ clock, spawn }) };
}
const start = (link: WorkerLink): Promise<unknown> => link.start(CONFIG, new AbortController().signal);

describe('the link to the thread of the store', () => {
  it('rejects its start when the thread ends while it opens, and does not try again by itself', async () => {
    const { clock, threads, link } = setUp((thread) => {
      thread.mute = true;
      queueMicrotask(() => thread.emit('exit', 7));
    });
    await expect(start(link)).rejects.toMatchObject({ code: 'store/failed', details: { code: 7 } });
    await clock.advance(60_000);
    expect(threads).toHaveLength(1);
  });

  it('rejects its start with the reason of the abort', async () => {
    const { link } = setUp((thread) => {
      thread.mute = true;
    });
    const control = new AbortController();
    const started = link.start(CONFIG, control.signal);
    control.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
  });

  it('starts a dead thread again with growing pauses until it opens', async () => {
    const { clock, threads, link } = setUp((thread, index) => {
      if (index >= 1 && index <= 3) {
        thread.mute = true;
        queueMicrotask(() => thread.emit('exit', 1));
      }
    });
    let ups = 0;
    link.onUp(() => {
      ups += 1;
    });
    await start(link);
    const cut = link.call('figures.load', null);
    threads[0]?.emit('exit', 1);
    await expect(cut).rejects.toMatchObject({ code: 'store/failed' });
    await expect(link.call('figures.load', null)).rejects.toMatchObject({ code: 'store/failed' });
    await clock.advance(10_000);
    expect([threads.length, ups]).toEqual([5, 1]);
    expect(await link.call('figures.load', null)).toBe('figures.load');
    await link.stop(1000);
    await expect(link.call('figures.load', null)).rejects.toMatchObject({ code: 'store/closed' });
  });

  it('does not wait for ever for a thread that hangs', async () => {
    const { clock, threads, link } = setUp();
    await start(link);
    for (const thread of threads) thread.mute = true;
    const hanging = expect(link.call('figures.load', null)).rejects.toMatchObject({ code: 'store/closed' });
    const stopped = link.stop(5000);
    await clock.advance(5000);
    await stopped;
    await hanging;
  });
});

describe('figures', () => {
  it('are written again when a write failed, with the newer values', async () => {
    const { clock, threads, link } = setUp();
    await start(link);
    const written = createFiguresClient({ clock, link, log: QUIET }, 1000);
    const [first] = threads;
    if (!first) throw new Error('no thread');
    first.mute = true;
    written.figures.save({ a: 1, b: 1 });
    await clock.advance(1000);
    written.figures.save({ a: 2 });
    first.emit('exit', 1);
    await clock.advance(5000);
    const saved = threads.at(-1)?.heard.filter((request) => request.t === 'figures.save');
    expect(saved?.at(-1)?.input).toEqual({ a: 2, b: 1 });
    await link.stop(1000);
  });

  it('are on disk when a commit resolves, also what came while an older write was under way; a failure is told', async () => {
    const { clock, threads, link } = setUp();
    await start(link);
    const written = createFiguresClient({ clock, link, log: QUIET }, 1000);
    const [first] = threads;
    if (!first) throw new Error('no thread');
    first.mute = true;
    written.figures.save({ a: 1 });
    await clock.advance(1000);
    const saved = () => first.heard.filter((request) => request.t === 'figures.save');
    const answer = () => first.emit('message', { t: 'result', call: saved().at(-1)?.call, value: null });
    let done = false;
    const commit = written.figures.commit({ b: 2 }).then(() => {
      done = true;
    });
    answer();
    await clock.advance(0);
    expect([done, saved().map((one) => one.input)]).toEqual([false, [{ a: 1 }, { b: 2 }]]);
    answer();
    await commit;
    const failing = expect(written.figures.commit({ c: 3 })).rejects.toMatchObject({ code: 'store/failed' });
    await clock.advance(0);
    first.emit('exit', 1);
    await failing;
    await clock.advance(5000);
    const later = threads.at(-1)?.heard.filter((request) => request.t === 'figures.save');
    expect(later?.at(-1)?.input).toEqual({ c: 3 });
    await link.stop(1000);
  });
});
