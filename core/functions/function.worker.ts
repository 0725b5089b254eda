import { type MessagePort, workerData } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import type { EmptyLoop } from './lambda/contract.ts';
import { captureConsole, guardProcess } from './lambda/guards.ts';
import { describeLoadFault, loadHandler } from './lambda/load.ts';
import { describeThrown } from './lambda/thrown.ts';
import { createLineLimit } from './line-limit.ts';
import { createOutbox } from './outbox.ts';
import type { FromInstance, InstanceData, ToInstance } from './protocol.ts';
import { createThreadLoop, type ThreadLoop } from './thread-loop.ts';

const LINES_PER_S = 200;

/**
 * Node says `beforeExit` when nothing is left to do. While a callback is awaited the port does not count as something,
 * unless the answer to a publish is still to come through it: `heard` looks again after each message.
 */
function emptyLoopOf(port: MessagePort, unanswered: () => number): EmptyLoop & { heard(): void } {
  let held = false;
  return {
    heard() {
      if (held) port.unref();
      held = false;
    },
    onEmpty(fn) {
      const forget = (): void => {
        process.off('beforeExit', onExit);
        held = false;
        port.ref();
      };
      const onExit = (): void => {
        if (unanswered() > 0) {
          held = true;
          port.ref();
          return;
        }
        forget();
        fn();
      };
      process.on('beforeExit', onExit);
      port.unref();
      return forget;
    },
  };
}

async function main(data: InstanceData): Promise<void> {
  const { port } = data;
  const { monotonic } = systemClock;
  const send = (message: FromInstance, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const outbox = createOutbox({ monotonic, send, soon: (fn) => void setImmediate(fn) });
  let loop: ThreadLoop | undefined;
  const limited = createLineLimit(LINES_PER_S, monotonic);
  captureConsole(console, (line) => {
    for (const one of limited(line)) outbox.log(one);
  });
  guardProcess(process);
  process.on('exit', () => outbox.flush());
  process.on('uncaughtException', (thrown: unknown) => {
    outbox.flush();
    send({ t: 'uncaught', thrown: describeThrown(thrown, data.directory), running: loop?.running ?? false });
    process.exit(1);
  });
  // Until the handler is there nothing holds the thread but this port: a module that waits for ever meets its deadline.
  port.ref();
  try {
    const handler = await loadHandler(data.path, data.handler);
    const sharedOffsetMs = Number(process.hrtime.bigint()) / 1e6 - monotonic();
    const emptyLoop = emptyLoopOf(port, () => outbox.unanswered);
    loop = createThreadLoop(handler, {
      data,
      outbox,
      emptyLoop,
      monotonic,
      sharedOffsetMs,
      send,
    });
    const { receive } = loop;
    port.on('message', (message: ToInstance) => {
      receive(message);
      emptyLoop.heard();
    });
    send({ t: 'ready' });
  } catch (thrown) {
    send({ t: 'load-failed', thrown: await describeLoadFault(thrown, data.path) });
    process.exit(1);
  }
}

const given: InstanceData = workerData;
const own = { ...given };
Reflect.deleteProperty(workerData, 'port'); // the function's code sees workerData too
void main(own);
