import type { Carrier, CarrierListener, CarrierOptions, MemorySample } from '../../../core/functions/carrier/carrier.ts';
import type { Wreck } from '../../../core/functions/flight.ts';
import { createInstance } from '../../../core/functions/instance.ts';
import type { InstanceEnd } from '../../../core/functions/instance-seam.ts';
import { packOutbox } from '../../../core/functions/packing.ts';
import { CELL, type FromInstance, type OutMessage, type ToInstance } from '../../../core/functions/protocol.ts';
import { createManualClock } from '../manual-clock.ts';
import { CLOSED } from './carried.ts';
import { message } from './rig.ts';

export const THROWN = {
  code: 'function/failed',
  message: 'no level',
  stack: '',
  errorType: 'Error',
  errorMessage: 'no level',
  stackTrace: [],
} as const;

/** One instance on a carrier of the test's: what it said to its function, and what it was sent. */
export function instanceOf(
  isolation: 'thread' | 'process' = 'thread',
  answer: (method: string) => Promise<unknown> = async () => null,
) {
  const clock = createManualClock();
  const places = new Int32Array(CELL.size);
  const said: string[] = [];
  const sent: ToInstance[] = [];
  const asked: { readonly facts: unknown; readonly signal: AbortSignal }[] = [];
  let far: CarrierListener | undefined;
  let given: CarrierOptions | undefined;
  let sample: MemorySample | null = null;
  let terminated = 0;
  let end: { readonly end: InstanceEnd; readonly wreck: Wreck } | undefined;
  const carrier: Carrier = {
    isolation,
    pid: null,
    cell: {
      load: (place) => places[place] ?? 0,
      store(place, value) {
        places[place] = value;
      },
    },
    send: (one) => void sent.push(one),
    sample: async () => sample,
    terminate() {
      terminated += 1;
    },
  };
  const instance = createInstance(
    {
      clock,
      publish: (draft, event) => void said.push(`publish ${draft.topic} hops ${draft.hops} for ${event?.sequence}`),
      desk: {
        take(method, _input, facts, signal) {
          asked.push({ facts, signal });
          return answer(method);
        },
      },
      carry(options, listener) {
        far = listener;
        given = options;
        return carrier;
      },
      listener: {
        onReady: () => void said.push('ready'),
        onEnded: (event, _at, ms, thrown, result) =>
          void said.push(`ended ${event.sequence} ${ms} ${thrown?.message ?? 'ok'} ${result?.byteLength ?? '-'}`),
        onPublished: (count) => void said.push(`published ${count}`),
        onRefused: (topic) => void said.push(`refused ${topic}`),
        onLog: (lines) => void said.push(...lines.map(([level, text]) => `${level} ${text}`)),
        onMetrics: (metrics) => void said.push(...metrics.map(({ name, value }) => `metric ${name} ${value}`)),
        onRoom: () => void said.push('room'),
        onEnd(found, wreck) {
          end = { end: found, wreck };
        },
      },
    },
    {
      name: 'alarm',
      version: 1,
      path: '/nowhere/alarm.mjs',
      directory: '/nowhere',
      handler: ['handler'],
      encoding: 'json',
      timeoutMs: 1000,
      memoryMb: 10,
      maxPublishes: 5,
      requestPrefix: '',
      functionArn: '',
      longLived: false,
      env: {},
      scratch: null,
      sandbox: CLOSED,
      isolation,
    },
  );
  return {
    clock,
    places,
    said,
    sent,
    asked,
    instance,
    say: (one: FromInstance) => far?.onMessage(one),
    output: (text: string) => far?.onOutput('stderr', text),
    die: (exitCode: number | null, more: { cause?: unknown; outOfMemory?: boolean } = {}) =>
      far?.onEnd({ exitCode, outOfMemory: false, ...more }),
    holds(next: MemorySample) {
      sample = next;
    },
    heapLimitMb: () => given?.heapLimitMb,
    terminated: () => terminated,
    end: () => end,
    /** Ready, and with these events. */
    begin(...sequences: number[]) {
      far?.onMessage({ t: 'ready', loadMs: 1 });
      instance.send(sequences.map((sequence) => message({}, sequence, { hops: 2 })));
    },
  };
}
export type InstanceRig = ReturnType<typeof instanceOf>;

/** What an instance says of `count` ends, all of 3 ms. */
export function out(count: number, more: Partial<OutMessage> = {}, topics: readonly string[] = [], owner = 0): OutMessage {
  const marks = topics.map((_, topic) => ({ length: 0, qos: 0 as const, retain: false, owner, topic }));
  const bytes = packOutbox(
    Array.from({ length: count * 2 }, () => 3),
    marks,
    new Uint8Array(),
  );
  const nothing = { failures: [], results: [], metrics: [], logs: [] };
  return { t: 'out', count, publishes: { first: 0, count: topics.length, topics, answer: false }, ...nothing, ...more, bytes };
}
