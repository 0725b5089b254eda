import type { Clock } from '../../../core/base/clock.ts';
import type { Carrier, CarrierEnd, CarrierListener, StartCarrier } from '../../../core/functions/carrier/carrier.ts';
import { cellMemory, sharedCell } from '../../../core/functions/carrier/shared-cell.ts';
import { packOutbox, readEvents } from '../../../core/functions/packing.ts';
import { type BatchMessage, CELL, type OutMessage, type ThrownText } from '../../../core/functions/protocol.ts';

/** What an event does in the double: its payload as JSON. */
export interface Deed {
  readonly n: number;
  readonly how?: 'ok' | 'throw' | 'hang' | 'exit';
  /** 0 unless told. */
  readonly ms?: number;
}
/** One run of one event, in the order in which they began. */
export interface Run {
  readonly n: number;
  readonly topic: string;
  readonly instance: number;
  readonly version: number;
  readonly requestId: string;
  readonly from: number;
  to: number | undefined;
}

export const thrownText = (message: string): ThrownText => ({
  code: 'function/failed',
  message,
  stack: `Error: ${message}\n    at handler (alarm.mjs:1:1)`,
  errorType: 'Error',
  errorMessage: message,
  stackTrace: [`Error: ${message}`],
});

export interface CarrierDouble {
  readonly start: StartCarrier;
  readonly runs: readonly Run[];
  /** Instances that are there. */
  readonly alive: number;
  readonly started: number;
}

export interface DoubleOptions {
  readonly startMs?: number;
  /** An instance that cannot load. */
  readonly broken?: () => boolean;
}

/** Instances without threads, by the clock of the test: they keep the protocol and the cell as real ones do. */
export function createCarrierDouble(clock: Clock, { startMs = 10, broken = () => false }: DoubleOptions = {}): CarrierDouble {
  const runs: Run[] = [];
  let alive = 0;
  let started = 0;
  const start: StartCarrier = ({ data }, listener: CarrierListener): Carrier => {
    started += 1;
    alive += 1;
    const number = started;
    const cell = sharedCell(cellMemory());
    const inbox: { readonly batch: BatchMessage; readonly index: number }[] = [];
    /** What the instance adds to come back to the clock of the test. */
    const toShared = Number(process.hrtime.bigint()) / 1e6 - clock.monotonic();
    let ended = false;
    let busy = false;
    const say = (message: Parameters<CarrierListener['onMessage']>[0]): void =>
      void clock.after(0, () => {
        if (!ended) listener.onMessage(message);
      });
    function end(found: CarrierEnd): void {
      clock.after(0, () => {
        if (ended) return;
        ended = true;
        alive -= 1;
        listener.onEnd(found);
      });
    }
    function tell(startedAt: number, thrown: ThrownText | undefined, result: Uint8Array | undefined): void {
      const out: OutMessage = {
        t: 'out',
        count: 1,
        failures: thrown ? [[0, thrown]] : [],
        publishes: { first: 0, count: 0, topics: [], answer: false },
        results: result ? [[0, result]] : [],
        metrics: [],
        logs: [],
        bytes: packOutbox([startedAt + toShared, clock.monotonic() - startedAt], [], new Uint8Array()),
      };
      say(out);
    }
    function next(): void {
      if (ended) return;
      const one = cell.load(CELL.stop) === 0 ? inbox.shift() : undefined;
      busy = one !== undefined;
      if (!one) {
        if (cell.load(CELL.stop) !== 0) say({ t: 'stopped' });
        return;
      }
      const { batch, index } = one;
      const reader = readEvents(batch);
      const text = Buffer.from(batch.bytes).toString('utf8', reader.start(index), reader.start(index + 1));
      const { n, how = 'ok', ms = 0 }: Deed = JSON.parse(text);
      const serial = batch.first + index;
      const extra = batch.extras.find((found) => found.index === index);
      const from = clock.monotonic();
      const run: Run = {
        n,
        topic: reader.topic(index),
        instance: number,
        version: data.version,
        requestId: extra?.requestId ?? '',
        from,
        to: undefined,
      };
      runs.push(run);
      cell.store(CELL.running, serial + 1);
      if (how === 'hang') return;
      clock.after(ms, () => {
        if (ended) return;
        run.to = clock.monotonic();
        if (how === 'exit') {
          end({ exitCode: 3, outOfMemory: false });
          return;
        }
        const thrown = how === 'throw' ? thrownText(`bad ${n}`) : undefined;
        tell(from, thrown, extra?.wantsResult && !thrown ? Buffer.from(String(n)) : undefined);
        cell.store(CELL.clean, serial + 1);
        cell.store(CELL.running, 0);
        next();
      });
    }
    clock.after(startMs, () => {
      if (ended) return;
      if (!broken()) {
        say({ t: 'ready', loadMs: startMs });
        return;
      }
      say({ t: 'load-failed', thrown: { ...thrownText('cannot load'), code: 'function/load-failed' } });
      end({ exitCode: 1, outOfMemory: false });
    });
    return {
      isolation: 'thread',
      cell,
      pid: null,
      send(message) {
        if (message.t === 'batch') for (let index = 0; index < message.count; index += 1) inbox.push({ batch: message, index });
        if (message.t === 'batch' || message.t === 'stop') clock.after(0, () => busy || next());
      },
      sample: async () => (ended ? null : { heapBytes: 1000, externalBytes: 0, cpuMs: null }),
      terminate: () => end({ exitCode: 1, outOfMemory: false }),
    };
  };
  return {
    start,
    runs,
    get alive() {
      return alive;
    },
    get started() {
      return started;
    },
  };
}
