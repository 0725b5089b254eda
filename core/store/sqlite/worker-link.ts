import { Worker } from 'node:worker_threads';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { settledWithin } from '../../base/deadline.ts';
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

interface Calls {
  send<C extends CallName>(to: StoreThread, name: C, input: Input<C>, transfer: ArrayBuffer[]): Promise<Output<C>>;
  answer(message: Extract<FromWorker, { readonly call: number }>): void;
  rejectAll(error: GatewayError): void;
}

/** Matches answers to calls. */
function createCalls(): Calls {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  return {
    send<C extends CallName>(to: StoreThread, name: C, input: Input<C>, transfer: ArrayBuffer[]) {
      return new Promise<Output<C>>((resolve, reject) => {
        last += 1;
        // our own thread, built from the same protocol.ts: its answer has the type of the call
        waiting.set(last, { resolve: (value) => resolve(value as Output<C>), reject });
        const request: { t: C; call: number; input: Input<C> } = { t: name, call: last, input };
        to.postMessage(request, transfer);
      });
    },
    answer(message) {
      const one = waiting.get(message.call);
      waiting.delete(message.call);
      if (message.t === 'result') one?.resolve(message.value);
      else one?.reject(fromFault(message.fault));
    },
    rejectAll(error) {
      const all = [...waiting.values()];
      waiting.clear();
      for (const one of all) one.reject(error);
    },
  };
}

interface Running {
  readonly thread: StoreThread;
  readonly opened: Opened;
}

/** Starts a thread and opens the databases in it. `onEnd` is called when it ends later without being asked to. */
async function launch(
  spawn: () => StoreThread,
  calls: Calls,
  config: StoreConfig,
  hooks: {
    onThread(thread: StoreThread): void;
    onMessage(message: FromWorker): void;
    onEnd(thread: StoreThread, error: GatewayError): void;
  },
): Promise<Running> {
  const thread = spawn();
  hooks.onThread(thread);
  let cause: unknown;
  thread.on('message', (message: FromWorker) => {
    if (message.t === 'result' || message.t === 'failure') calls.answer(message);
    else hooks.onMessage(message);
  });
  thread.on('error', (error) => {
    cause = error;
  });
  thread.on('exit', (code) => {
    const text = 'The thread of the database ended unexpectedly.';
    hooks.onEnd(thread, new GatewayError('store/failed', text, { cause, details: { code } }));
  });
  return { thread, opened: await calls.send(thread, 'open', config, []) };
}

/** Runs `work`; an abort ends the thread, and the call then rejects with the signal's reason. */
async function abortable<T>(signal: AbortSignal, end: () => unknown, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const onAbort = (): void => void end();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Owns the store's thread, and starts it again when it dies. */
export function createWorkerLink(deps: { clock: Clock; spawn: () => StoreThread }): WorkerLink {
  const messages = createEmitter<FromWorker>();
  const downs = createEmitter<GatewayError>();
  const ups = createEmitter<Opened>();
  const backoff = createBackoff({ firstMs: 100, maxMs: 10_000 });
  const calls = createCalls();
  const life = new AbortController();
  let thread: StoreThread | null = null;
  let usable = false;

  async function open(config: StoreConfig): Promise<Opened> {
    usable = false;
    try {
      const running = await launch(deps.spawn, calls, config, {
        onThread: (own) => {
          thread = own;
        },
        onMessage: (message) => messages.emit(message),
        onEnd: (own, error) => ended(own, error, config),
      });
      usable = true;
      return running.opened;
    } catch (error) {
      const own = thread;
      thread = null;
      await own?.terminate();
      // What was asked of it meanwhile it does not answer any more.
      calls.rejectAll(new GatewayError('store/failed', 'The thread of the database could not open it.', { cause: error }));
      throw error;
    }
  }
  function ended(own: StoreThread, error: GatewayError, config: StoreConfig): void {
    if (thread !== own) return;
    thread = null;
    calls.rejectAll(error);
    if (!usable || life.signal.aborted) return; // whoever opens it deals with it
    downs.emit(error);
    void reopen(config);
  }
  async function reopen(config: StoreConfig): Promise<void> {
    while (!life.signal.aborted) {
      try {
        await deps.clock.sleep(backoff.next(), life.signal);
        const opened = await open(config);
        backoff.reset();
        ups.emit(opened);
        return;
      } catch (error) {
        if (error instanceof GatewayError && !life.signal.aborted) downs.emit(error);
      }
    }
  }
  return {
    start: (config, signal) =>
      abortable(
        signal,
        () => thread?.terminate(),
        () => open(config),
      ),
    call(name, input, transfer = []) {
      if (thread) return calls.send(thread, name, input, transfer);
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
        await settledWithin(deps.clock, deadlineMs, calls.send(own, 'close', null, []));
        thread = null;
        await own.terminate();
      }
      calls.rejectAll(new GatewayError('store/closed', 'The store is closed.'));
    },
  };
}
