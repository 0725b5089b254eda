import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../core/base/clock.ts';
import type {
  Carrier,
  CarrierEnd,
  CarrierOptions,
  Isolation,
  Sandbox,
  StartCarrier,
} from '../../../core/functions/carrier/carrier.ts';
import { createProcessCarrier } from '../../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../../core/functions/carrier/thread-carrier.ts';
import { packEvents } from '../../../core/functions/packing.ts';
import type { EventExtra, FromInstance, OutMessage } from '../../../core/functions/protocol.ts';
import { until } from './rig.ts';

export const CLOSED: Sandbox = { readable: [], writable: [], childProcesses: false, workers: false, addons: false };

/** Both, as a gateway has them. */
export const carriers: Readonly<Record<Isolation, StartCarrier>> = {
  thread: startThread,
  process: createProcessCarrier({ clock: systemClock, nodePath: process.execPath, newId: randomUUID }),
};

/** One instance on a bare carrier, and all that it said. */
export interface Carried {
  readonly carrier: Carrier;
  readonly messages: readonly FromInstance[];
  readonly ended: Promise<CarrierEnd>;
  /** What came by either output. */
  output(stream: 'stdout' | 'stderr'): string;
  ready(): Promise<void>;
  /** One batch with these JSON events. */
  send(first: number, ...events: unknown[]): void;
  /** The same, and what the handler gave for the one event; fails with what it threw. */
  ask(event: unknown): Promise<unknown>;
  outs(): OutMessage[];
}

export interface CarriedOptions {
  readonly source: string;
  readonly sandbox?: Partial<Sandbox>;
  readonly env?: Readonly<Record<string, string>>;
  readonly heapLimitMb?: number;
  readonly maxPublishes?: number;
}

export interface CarriedFolder {
  readonly folder: string;
  readonly scratch: string;
  start(options: CarriedOptions): Promise<Carried>;
  /** Ends all that was started. */
  cleanUp(): Promise<void>;
}

export async function carriedFolder(startCarrier: StartCarrier): Promise<CarriedFolder> {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-carrier-'));
  const [folder, scratch] = [join(root, 'function'), join(root, 'scratch')];
  await mkdir(folder);
  await mkdir(scratch);
  const started: Carried[] = [];
  let count = 0;
  return {
    folder,
    scratch,
    async start({ source, sandbox, env = {}, heapLimitMb = 144, maxPublishes = 1000 }) {
      count += 1;
      const path = join(folder, `code-${count}.mjs`);
      await writeFile(path, source);
      const data: CarrierOptions['data'] = {
        name: 'alarm',
        version: 1,
        path,
        directory: folder,
        handler: ['handler'],
        encoding: 'json',
        timeoutMs: 3000,
        memoryMb: 64,
        maxPublishes,
        requestPrefix: '00000000-0000-0000-0000-',
        functionArn: 'arn:aws:lambda:local:000000000000:function:alarm:1',
        longLived: false,
      };
      const one = carry(startCarrier, { data, env, scratch, heapLimitMb, sandbox: { ...CLOSED, ...sandbox } });
      started.push(one);
      return one;
    },
    async cleanUp() {
      for (const { carrier } of started) carrier.terminate();
      await Promise.all(started.map(({ ended }) => ended));
      await rm(root, { recursive: true, force: true });
    },
  };
}

function carry(startCarrier: StartCarrier, options: CarrierOptions): Carried {
  const messages: FromInstance[] = [];
  const output = { stdout: '', stderr: '' };
  const { promise: ended, resolve } = Promise.withResolvers<CarrierEnd>();
  let over = false;
  let asked = 0;
  const carrier = startCarrier(options, {
    onMessage: (message) => void messages.push(message),
    onOutput(stream, text) {
      output[stream] += text;
    },
    onEnd(end) {
      if (over) throw new Error('the end was told twice');
      over = true;
      resolve(end);
    },
  });
  const outs = (): OutMessage[] => messages.filter((message) => message.t === 'out');
  function post(first: number, events: readonly unknown[], extras: readonly EventExtra[]): void {
    const source = { kind: 'device', id: 'meter' } as const;
    const packed = packEvents(events.map((one) => ({ topic: 'in', source, payload: Buffer.from(JSON.stringify(one)) })));
    carrier.send({ t: 'batch', first, ...packed, extras }, [packed.bytes]);
  }
  return {
    carrier,
    messages,
    ended,
    outs,
    output: (stream) => output[stream],
    ready: () => until('ready', () => over || messages.some(({ t }) => t === 'ready')),
    send: (first, ...events) => post(first, events, []),
    async ask(event) {
      const before = outs().length;
      post(asked, [event], [{ index: 0, requestId: 'r', clientContext: null, attempt: 1, wantsResult: true }]);
      asked += 1;
      const found = (): OutMessage | undefined =>
        outs()
          .slice(before)
          .find(({ count }) => count > 0);
      await until('an answer', () => over || found() !== undefined);
      const thrown = found()?.failures[0]?.[1];
      if (thrown) throw new Error(thrown.message);
      const bytes = found()?.results[0]?.[1];
      if (!bytes) throw new Error('it ended without an answer');
      return JSON.parse(Buffer.from(bytes).toString('utf8'));
    },
  };
}
