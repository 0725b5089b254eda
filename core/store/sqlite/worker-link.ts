import { Worker } from 'node:worker_threads';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import { fromFault } from './faults-wire.ts';
import type { CallName, FromWorker, Input, Opened, Output, StoreConfig } from './protocol.ts';

/** What the link needs of a `Worker`; a test may hand in its own. */
export type StoreThread = Pick<Worker, 'postMessage' | 'on' | 'terminate'>;

export interface WorkerLink {
  start(config: StoreConfig, signal: AbortSignal): Promise<Opened>;
  /** Rejects with what the thread answered, with `store/failed` when the thread dies, `store/closed` when it does not run. */
  call<C extends CallName>(name: C, input: Input<C>, transfer?: ArrayBuffer[]): Promise<Output<C>>;
  /** Messages that answer no call. */
  onMessage(listener: (message: FromWorker) => void): () => void;
  /** The thread died; it is started again by itself. */
  onDown(listener: (cause: GatewayError) => void): () => void;
  /** It runs again. */
  onUp(listener: (opened: Opened) => void): () => void;
  /** Ends the thread after the calls that are under way, at the latest after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: GatewayError): void;
}

export const spawnStoreThread = (): StoreThread => new Worker(new URL('./store.worker.ts', import.meta.url));

/** Owns the store's thread: matches answers to calls, and starts the thread again when it dies. */
export function createWorkerLink(deps: { clock: Clock; spawn: () => StoreThread }): WorkerLink {
  const messages = createEmitter<FromWorker>();
  const downs = createEmitter<GatewayError>();
  const ups = createEmitter<Opened>();
  const backoff = createBackoff({ firstMs: 100, maxMs: 10_000 });
  const waiting = new Map<number, Waiting>();
  const life = new AbortController();
  let thread: StoreThread | null = null;
  let lastCall = 0;

  function rejectAll(error: GatewayError): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const one of all) one.reject(error);
  }
  function onAnswer(message: FromWorker): void {
    if (message.t !== 'result' && message.t !== 'failure') {
      messages.emit(message);
      return;
    }
    const one = waiting.get(message.call);
    waiting.delete(message.call);
    if (message.t === 'result') one?.resolve(message.value);
    else one?.reject(fromFault(message.fault));
  }
  function send<C extends CallName>(to: StoreThread, name: C, input: Input<C>, transfer: ArrayBuffer[]): Promise<Output<C>> {
    return new Promise((resolve, reject) => {
      lastCall += 1;
      // our own thread, built from the same protocol.ts: its answer has the type of the call
      waiting.set(lastCall, { resolve: (value) => resolve(value as Output<C>), reject });
      const request: { t: C; call: number; input: Input<C> } = { t: name, call: lastCall, input };
      to.postMessage(request, transfer);
    });
  }
  async function launch(config: StoreConfig): Promise<Opened> {
    const own = deps.spawn();
    thread = own;
    let cause: unknown;
    let opened = false;
    own.on('message', onAnswer);
    own.on('error', (error) => {
      cause = error;
    });
    own.on('exit', (code) => {
      if (thread !== own) return;
      thread = null;
      const error = new GatewayError('store/failed', 'The thread of the database ended unexpectedly.', {
        cause,
        details: { code },
      });
      rejectAll(error);
      if (!opened || life.signal.aborted) return;
      downs.emit(error);
      void relaunch(config);
    });
    try {
      const result = await send(own, 'open', config, []);
      opened = true;
      return result;
    } catch (error) {
      if (thread === own) thread = null;
      await own.terminate();
      throw error;
    }
  }
  async function relaunch(config: StoreConfig): Promise<void> {
    while (!life.signal.aborted) {
      try {
        await deps.clock.sleep(backoff.next(), life.signal);
        const opened = await launch(config);
        backoff.reset();
        ups.emit(opened);
        return;
      } catch (error) {
        if (error instanceof GatewayError && !life.signal.aborted) downs.emit(error);
      }
    }
  }
  return {
    async start(config, signal) {
      signal.throwIfAborted();
      const onAbort = (): void => void thread?.terminate();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await launch(config);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    call(name, input, transfer = []) {
      if (thread) return send(thread, name, input, transfer);
      const text = life.signal.aborted ? 'The store is closed.' : 'The thread of the database does not run.';
      return Promise.reject(new GatewayError(life.signal.aborted ? 'store/closed' : 'store/failed', text));
    },
    onMessage: (listener) => messages.on(listener),
    onDown: (listener) => downs.on(listener),
    onUp: (listener) => ups.on(listener),
    async stop(deadlineMs) {
      life.abort();
      const own = thread;
      if (own) {
        const closed = send(own, 'close', null, []).catch(() => null);
        await Promise.race([closed, deps.clock.sleep(deadlineMs)]);
        thread = null;
        await own.terminate();
      }
      rejectAll(new GatewayError('store/closed', 'The store is closed.'));
    },
  };
}
