import type { Clock } from '../base/clock.ts';
import type { Message } from '../contract/message.ts';
import type { Wreck } from './flight.ts';
import type { FunctionThread, ThreadListener } from './thread.ts';
import type { ThreadEnd } from './thread-end.ts';

const BATCH = 64;
/** One batch is to be worth about this much work, so that threads share fairly and a pause or stop is soon obeyed. */
const BATCH_WORK_MS = 5;

export interface PoolDeps {
  readonly clock: Clock;
  createThread(listener: Pick<ThreadListener, 'onReady' | 'onRoom' | 'onEnd'>): FunctionThread;
  /** Work that waits, to be taken when a thread has room. */
  readonly work: { readonly waiting: number; take(count: number): readonly Message[] };
  /** False while nothing may be handed out. */
  mayWork(): boolean;
  /** Recent duration of one event in ms. */
  usualMs(): number;
  onReady(): void;
  /** A thread ended; returns in how many ms it is to be replaced, or null for never. */
  onEnd(end: ThreadEnd, wreck: Wreck): number | null;
}

interface Slot {
  thread: FunctionThread | undefined;
  cancelRetry: (() => void) | undefined;
}

/** The threads of one function. Which event goes where; what an end means is its owner's to judge. */
export interface Pool {
  /** Starts a thread in every place that has none. */
  fill(): void;
  /** Hands out what waits, as far as there is room. */
  dispatch(): void;
  /** Ends all threads, running events first, at most `graceMs`. Resolves when all are gone. */
  empty(graceMs: number): Promise<void>;
  sample(idleToo: boolean): void;
  readonly ready: number;
  readonly inFlight: number;
  readonly memoryBytes: number;
}

export function createPool(deps: PoolDeps, size: number): Pool {
  const slots: Slot[] = Array.from({ length: size }, () => ({ thread: undefined, cancelRetry: undefined }));
  let gone: (() => void)[] = [];
  let emptying = false;

  function spawn(slot: Slot): void {
    slot.cancelRetry = undefined;
    slot.thread = deps.createThread({ onReady, onRoom: dispatch, onEnd: (end, wreck) => ended(slot, end, wreck) });
  }
  function onReady(): void {
    deps.onReady();
    dispatch();
  }
  function ended(slot: Slot, end: ThreadEnd, wreck: Wreck): void {
    slot.thread = undefined;
    const delayMs = deps.onEnd(end, wreck);
    if (delayMs === 0 && !emptying) spawn(slot);
    else if (delayMs !== null && !emptying) slot.cancelRetry = deps.clock.after(delayMs, () => spawn(slot));
    if (slots.some((other) => other.thread)) return;
    emptying = false;
    for (const done of gone) done();
    gone = [];
  }
  /** The thread with the least to do, if any has room. */
  function nextThread(batches: number): FunctionThread | undefined {
    let best: FunctionThread | undefined;
    for (const { thread } of slots) {
      if (thread?.hasRoom(batches) && (!best || thread.inFlight < best.inFlight)) best = thread;
    }
    return best;
  }
  const ready = (): number => slots.filter(({ thread }) => thread?.ready).length;
  const sum = (of: (thread: FunctionThread) => number): number =>
    slots.reduce((total, { thread }) => total + (thread ? of(thread) : 0), 0);
  function dispatch(): void {
    const usualMs = deps.usualMs();
    const most = Math.max(1, Math.min(BATCH, Math.floor(BATCH_WORK_MS / usualMs)));
    while (deps.work.waiting > 0 && deps.mayWork()) {
      const thread = nextThread(usualMs > BATCH_WORK_MS ? 1 : 2);
      if (!thread) return;
      const share = size === 1 ? most : Math.ceil(deps.work.waiting / Math.max(1, ready()));
      thread.send(deps.work.take(Math.min(most, share)));
    }
  }
  return {
    fill() {
      for (const slot of slots) if (!slot.thread && !slot.cancelRetry) spawn(slot);
    },
    dispatch,
    async empty(graceMs) {
      emptying = slots.some(({ thread }) => thread);
      for (const slot of slots) {
        slot.cancelRetry?.();
        slot.cancelRetry = undefined;
        slot.thread?.stop(graceMs);
      }
      if (emptying) await new Promise<void>((done) => gone.push(done));
    },
    sample(idleToo) {
      for (const { thread } of slots) if (thread && (idleToo || thread.inFlight > 0)) thread.sample();
    },
    get ready() {
      return ready();
    },
    get inFlight() {
      return sum((thread) => thread.inFlight);
    },
    get memoryBytes() {
      return sum((thread) => thread.memoryBytes);
    },
  };
}
