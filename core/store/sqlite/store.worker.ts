import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { createEngine } from './engine.ts';
import { toStoreError } from './faults.ts';
import { toFault } from './faults-wire.ts';
import type { FromWorker, Request } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('the store runs in a worker thread');
const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
const engine = createEngine({ now: () => systemClock.now(), monotonic: () => systemClock.monotonic(), post });

function answer(request: Request): void {
  try {
    if (request.t === 'peek') {
      const page = engine.handle(request);
      post({ t: 'result', call: request.call, value: page }, [page.messages.buffer, page.figures.buffer]);
    } else post({ t: 'result', call: request.call, value: engine.handle(request) });
  } catch (error) {
    post({ t: 'failure', call: request.call, fault: toFault(toStoreError(error, 'the data directory')) });
  }
  if (request.t === 'close') port?.close();
}

port.on('message', answer);
