import { MessageChannel, type MessagePort, receiveMessageOnPort, type Transferable, Worker } from 'node:worker_threads';
import type { InstanceData } from '../protocol.ts';
import { isFromInstance } from '../protocol-guard.ts';
import type { Carrier, CarrierListener, CarrierOptions, StartCarrier } from './carrier.ts';
import { cellMemory, sharedCell } from './shared-cell.ts';

const YOUNG_MB = 4;
const STACK_MB = 4;

/** `workerData` of a function's thread. */
export interface ThreadStart {
  readonly data: InstanceData;
  readonly port: MessagePort;
}

function startWorker({ data, env, heapLimitMb }: CarrierOptions, start: ThreadStart): Worker {
  return new Worker(new URL('../function.worker.ts', import.meta.url), {
    name: data.name,
    workerData: start,
    transferList: [start.port],
    env: { ...env },
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapLimitMb, maxYoungGenerationSizeMb: YOUNG_MB, stackSizeMb: STACK_MB },
  });
}

/** A function instance in a thread of the gateway's own process: a boundary for faults, not for access. */
export const startThread: StartCarrier = (options, listener): Carrier => {
  const memory = cellMemory();
  const { port1: port, port2 } = new MessageChannel();
  let worker: Worker | undefined;
  try {
    worker = startWorker(options, { data: { ...options.data, cell: memory }, port: port2 });
    watch(worker, port, listener);
  } catch (cause) {
    port.close();
    queueMicrotask(() => listener.onEnd({ exitCode: null, outOfMemory: false, cause }));
  }
  return {
    isolation: 'thread',
    cell: sharedCell(memory),
    pid: null,
    send(message, transfer) {
      const list: Transferable[] = [...transfer];
      port.postMessage(message, list);
    },
    async sample() {
      if (!worker) return null;
      try {
        const [heap, cpu] = await Promise.all([worker.getHeapStatistics(), worker.cpuUsage()]);
        return {
          heapBytes: heap.used_heap_size,
          externalBytes: heap.external_memory,
          cpuMs: (cpu.user + cpu.system) / 1000,
        };
      } catch {
        return null; // it has ended meanwhile
      }
    },
    terminate() {
      worker
        ?.terminate()
        .catch((cause: unknown) => listener.onOutput('stderr', `the thread could not be ended: ${String(cause)}\n`));
    },
  };
};

function watch(worker: Worker, port: MessagePort, listener: CarrierListener): void {
  let outOfMemory = false;
  let fault: unknown;
  const take = (value: unknown): void => {
    if (isFromInstance(value)) listener.onMessage(value);
  };
  port.on('message', take);
  worker.on('error', (cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') outOfMemory = true;
    else fault ??= cause;
  });
  for (const name of ['stdout', 'stderr'] as const) {
    worker[name].setEncoding('utf8');
    worker[name].on('data', (text: string) => listener.onOutput(name, text));
  }
  worker.once('exit', (exitCode) => {
    for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) take(left.message);
    port.close();
    listener.onEnd({ exitCode, outOfMemory, ...(fault === undefined ? {} : { cause: fault }) });
  });
}
