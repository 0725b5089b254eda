import { workerData } from 'node:worker_threads';
import { sharedCell } from './carrier/shared-cell.ts';
import type { ThreadStart } from './carrier/thread-carrier.ts';
import type { InsideLine } from './inside/line.ts';
import { runInside } from './inside/main.ts';

const given: ThreadStart = workerData;
const { data, port } = given;
// The function's code sees workerData too.
Reflect.deleteProperty(workerData, 'data');
Reflect.deleteProperty(workerData, 'port');

const line: InsideLine = {
  isolation: 'thread',
  send: (message, transfer) => port.postMessage(message, transfer),
  sendLast(message, done) {
    port.postMessage(message);
    done();
  },
  unsent: () => false,
  onMessage: (listener) => void port.on('message', listener),
  ref: () => port.ref(),
  unref: () => port.unref(),
};
if (typeof data.cell === 'number') throw new Error('a thread needs shared memory for its cell');
void runInside(data, line, sharedCell(data.cell)); // never rejects
