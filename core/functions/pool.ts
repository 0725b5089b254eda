import type { Clock } from '../base/clock.ts';
import { type Mark, markNow } from '../base/mark.ts';
import type { Wreck } from './flight.ts';
import type { FunctionInstance, InstanceEnd, InstanceListener } from './instance-seam.ts';
import type { Job } from './invocation.ts';

const BATCH = 96;
/** The same where there may be several instances: what one of them was given stays with it, also when it turns slow. */
const SHARED_BATCH = 64;
/** One batch is to be worth about this much work, so that instances share fairly and a pause or stop is soon obeyed. */
const BATCH_WORK_MS = 5;
/** Another instance is started when so much work waits for each that there is: it costs about as much itself. */
const START_WORK_MS = 20;

export interface PoolDeps {
  readonly clock: Clock;
  createInstance(listener: Pick<InstanceListener, 'onReady' | 'onRoom' | 'onEnd'>): FunctionInstance;
  /** Work that waits, to be taken when an instance has room. */
  readonly work: { readonly startable: number; take(count: number): readonly Job[] };
  /** False while nothing may be handed out. */
  mayWork(): boolean;
  /** Recent duration of one event in ms; undefined while none has ended. */
  usualMs(): number | undefined;
  /** `coldMs`: from the decision to start it until it was ready. */
  onReady(coldMs: number): void;
  /** An instance ended; returns in how many ms others may be started in its place, or null for never. */
  onEnd(end: InstanceEnd, wreck: Wreck): number | null;
}

export interface PoolShape {
  /** Instances at most. */
  readonly most: number;
  /** Kept although nothing comes. */
  readonly warm: number;
  /** One above `warm` without work for so long is ended. */
  readonly idleMs: number;
}

/** One instance and what the pool knows of it. */
export interface Slot {
  /** Counts up. */
  readonly number: number;
  instance: FunctionInstance | undefined;
  readonly since: Mark;
  readonly startedAt: number;
  readyAt: number | undefined;
  /** When it was last given work, or ended some; monotonic ms. */
  usedAt: number;
  invocations: number;
  /** It was asked to end. */
  leaving: boolean;
  cpu: { readonly at: number; readonly cpuMs: number } | undefined;
  /** Of one core; null while it is not known. */
  cpuPercent: number | null;
}

/** The instances of one function, as work asks for them. Which event goes where; what an end means is its owner's to judge. */
export interface Pool {
  /** Starts instances up to those that are kept warm. */
  fill(): void;
  /** Hands out what waits, as far as there is room, and starts instances where there is too little. */
  dispatch(): void;
  /** Ends all instances, running events first, at most `graceMs`. Resolves when all are gone. */
  empty(graceMs: number): Promise<void>;
  /** Call it some ten times a second; `idleToo`: about once a second. */
  tick(idleToo: boolean): void;
  readonly ready: number;
  readonly inFlight: number;
  readonly memoryBytes: number;
  readonly slots: ReadonlySet<Slot>;
}

export function createPool(deps: PoolDeps, { most, warm, idleMs }: PoolShape): Pool {
  const { clock, work } = deps;
  const slots = new Set<Slot>();
  let numbers = 0;
  let gone: (() => void)[] = [];
  let emptying = false;
  /** Set while none may be started because one ended badly. */
  let coolDown: (() => void) | undefined;
  let sent = false;

  const isReady = ({ instance, leaving }: Slot): boolean => !leaving && instance?.ready === true;
  const count = (what: (slot: Slot) => boolean): number => [...slots].filter(what).length;
  const live = (): number => count(({ leaving }) => !leaving);
  const ready = (): number => count(isReady);
  const sum = (of: (instance: FunctionInstance) => number): number =>
    [...slots].reduce((total, { instance }) => total + (instance ? of(instance) : 0), 0);

  function start(): void {
    numbers += 1;
    const startedAt = clock.monotonic();
    const slot: Slot = {
      number: numbers,
      instance: undefined,
      since: markNow(clock),
      startedAt,
      readyAt: undefined,
      usedAt: startedAt,
      invocations: 0,
      leaving: false,
      cpu: undefined,
      cpuPercent: null,
    };
    slots.add(slot);
    slot.instance = deps.createInstance({
      onReady: () => readied(slot),
      onRoom() {
        slot.usedAt = clock.monotonic();
        dispatch();
      },
      onEnd: (end, wreck) => ended(slot, end, wreck),
    });
  }
  function readied(slot: Slot): void {
    slot.readyAt = clock.monotonic();
    slot.usedAt = slot.readyAt;
    deps.onReady(slot.readyAt - slot.startedAt);
    dispatch();
  }
  function ended(slot: Slot, end: InstanceEnd, wreck: Wreck): void {
    slots.delete(slot);
    const delayMs = deps.onEnd(end, wreck);
    if (slots.size === 0) {
      emptying = false;
      for (const done of gone) done();
      gone = [];
    }
    if (end.kind === 'stopped') dispatch();
    else if (delayMs !== null && !emptying) coolFor(delayMs);
  }
  function coolFor(ms: number): void {
    coolDown?.();
    coolDown = undefined;
    if (ms > 0) coolDown = clock.after(ms, warmUp);
    else warmUp();
  }
  function warmUp(): void {
    coolDown = undefined;
    fill();
    dispatch();
  }
  function fill(): void {
    while (!emptying && !coolDown && live() < warm && slots.size < most) start();
  }
  /**
   * Starts instances for what waits, when those that are there, and those that are coming, will not be soon done with it. `stuck`: nobody
   * took any of it for a while, whatever was usual.
   */
  function grow(stuck: boolean): void {
    if (emptying || coolDown) return;
    const waits = work.startable;
    const usual = deps.usualMs() ?? (stuck ? START_WORK_MS : 0);
    const byWork = Math.min(waits, Math.floor((waits * usual) / START_WORK_MS));
    const wanted = stuck || live() === 0 ? Math.max(1, byWork) : byWork;
    for (let coming = live() - ready(); coming < wanted && slots.size < most; coming += 1) start();
  }
  /** The instance with the least to do, if any has room. */
  function nextSlot(batches: number): Slot | undefined {
    let best: Slot | undefined;
    for (const slot of slots) {
      if (slot.leaving || !slot.instance?.hasRoom(batches)) continue;
      if (!best || slot.instance.inFlight < (best.instance?.inFlight ?? 0)) best = slot;
    }
    return best;
  }
  /** How many events one batch may have, and how many batches may be with an instance at once. */
  function portion(): { readonly events: number; readonly batches: number } {
    const usual = deps.usualMs();
    // Nobody knows yet how long one takes: a second one may be better off with another instance.
    if (usual === undefined) return most === 1 ? { events: BATCH_WORK_MS, batches: 2 } : { events: 1, batches: 1 };
    return {
      events: Math.max(1, Math.min(most === 1 ? BATCH : SHARED_BATCH, Math.floor(BATCH_WORK_MS / usual))),
      batches: usual > BATCH_WORK_MS ? 1 : 2,
    };
  }
  function dispatch(): void {
    if (work.startable === 0 || !deps.mayWork()) return;
    const { events, batches } = portion();
    while (work.startable > 0 && deps.mayWork()) {
      const slot = nextSlot(batches);
      if (!slot) {
        grow(false);
        return;
      }
      const share = most === 1 ? events : Math.ceil(work.startable / Math.max(1, ready()));
      const jobs = work.take(Math.min(events, share));
      if (jobs.length === 0) return;
      give(slot, jobs);
    }
  }
  function give(slot: Slot, jobs: readonly Job[]): void {
    sent = true;
    slot.usedAt = clock.monotonic();
    if (slot.invocations === 0) {
      for (const { ticket } of jobs) if (ticket?.watch && ticket.watch.since < (slot.readyAt ?? 0)) ticket.watch.cold = true;
    }
    slot.invocations += jobs.length;
    slot.instance?.send(jobs);
  }
  function leave(slot: Slot, graceMs: number): void {
    slot.leaving = true;
    slot.instance?.stop(graceMs);
  }
  /** Ends what has had nothing to do for long, the idlest first. */
  function reap(): void {
    const now = clock.monotonic();
    const idle = [...slots].filter((slot) => isReady(slot) && slot.instance?.inFlight === 0 && now - slot.usedAt >= idleMs);
    idle.sort((a, b) => a.usedAt - b.usedAt);
    for (const slot of idle.slice(0, Math.max(0, live() - warm))) leave(slot, 0);
  }
  function watchCpu(slot: Slot): void {
    const cpuMs = slot.instance?.use.cpuMs ?? null;
    if (cpuMs === null) return;
    const at = clock.monotonic();
    if (slot.cpu && at > slot.cpu.at) slot.cpuPercent = Math.max(0, ((cpuMs - slot.cpu.cpuMs) / (at - slot.cpu.at)) * 100);
    slot.cpu = { at, cpuMs };
  }
  return {
    fill,
    dispatch,
    async empty(graceMs) {
      coolDown?.();
      coolDown = undefined;
      emptying = slots.size > 0;
      const left = [...slots];
      const done = emptying ? new Promise<void>((resolve) => gone.push(resolve)) : undefined;
      for (const slot of left) leave(slot, graceMs);
      await done;
    },
    tick(idleToo) {
      for (const { instance } of slots) if (instance && (idleToo || instance.inFlight > 0)) instance.sample();
      if (!sent && work.startable > 0 && deps.mayWork() && live() === ready()) grow(true);
      sent = false;
      if (!idleToo) return;
      for (const slot of slots) watchCpu(slot);
      reap();
    },
    get ready() {
      return ready();
    },
    get inFlight() {
      return sum((instance) => instance.inFlight);
    },
    get memoryBytes() {
      return sum(({ use }) => use.heapBytes + use.externalBytes);
    },
    slots,
  };
}
