import { Worker } from 'node:worker_threads';
import { createPump, type Job, PAYLOAD, type StartFigures, type WarmFigures } from './jobs.ts';

const PACKED = 64;
const IN_FLIGHT = 2;

/** A table of lengths, then the payloads. */
function packPayloads(payloads: readonly Uint8Array[]): ArrayBuffer {
  const head = payloads.length * 4;
  const buffer = new ArrayBuffer(payloads.reduce((total, { byteLength }) => total + byteLength, head));
  const lengths = new Uint32Array(buffer, 0, payloads.length);
  const bytes = new Uint8Array(buffer);
  let at = head;
  payloads.forEach((payload, index) => {
    lengths[index] = payload.byteLength;
    bytes.set(payload, at);
    at += payload.byteLength;
  });
  return buffer;
}

const BARE = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', () => {});
parentPort.postMessage(1);`;
/** Gives each buffer back as it is, or with every payload in it parsed, changed and written anew. */
const ECHO = `const { parentPort, workerData } = require('node:worker_threads');
function work(buffer) {
  const lengths = new Uint32Array(buffer, 0, ${PACKED});
  const outs = [];
  let total = ${PACKED} * 4;
  let at = total;
  for (const length of lengths) {
    const event = JSON.parse(Buffer.from(buffer, at, length).toString('utf8'));
    event.checked = true;
    const out = Buffer.from(JSON.stringify(event), 'utf8');
    outs.push(out);
    at += length;
    total += out.byteLength;
  }
  const packed = new ArrayBuffer(total);
  const bytes = new Uint8Array(packed);
  const table = new Uint32Array(packed, 0, ${PACKED});
  at = ${PACKED} * 4;
  outs.forEach((out, index) => {
    table[index] = out.byteLength;
    bytes.set(out, at);
    at += out.byteLength;
  });
  return packed;
}
parentPort.on('message', (buffer) => {
  const back = workerData.json ? work(buffer) : buffer;
  parentPort.postMessage(back, [back]);
});
parentPort.postMessage(null);`;

const ready = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });

/** The fastest that messages can go through so many threads and back: nothing of the gateway is on the way. */
export async function runFloor(job: Extract<Job, { kind: 'floor' }>): Promise<WarmFigures> {
  const payloads = Array.from({ length: PACKED }, () => Buffer.from(PAYLOAD));
  const workers = Array.from({ length: job.workers }, () => new Worker(ECHO, { eval: true, workerData: { json: job.json } }));
  await Promise.all(workers.map(ready));
  const idle: Worker[] = Array.from({ length: IN_FLIGHT }, () => workers).flat();
  const pump = createPump(PACKED * IN_FLIGHT * workers.length, (count) => {
    for (let left = count; left >= PACKED; left -= PACKED) {
      const buffer = packPayloads(payloads);
      idle.pop()?.postMessage(buffer, [buffer]);
    }
  });
  for (const worker of workers) {
    worker.on('message', () => {
      idle.push(worker);
      pump.came(PACKED);
    });
  }
  const figures = await pump.run(job.warmMs, job.measureMs);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return figures;
}

const MB = 1024 * 1024;
const REST_MS = 700;
export const rest = (): Promise<void> => new Promise((done) => setTimeout(done, REST_MS));

/** Starts `count` of something one after the other; a first one is not counted, so that nothing of the others is left to load. */
export async function measureStarts(
  count: number,
  start: () => Promise<unknown>,
  othersMb?: () => number,
): Promise<StartFigures> {
  await start();
  await rest();
  const heldMb = (): number => process.memoryUsage.rss() / MB + (othersMb?.() ?? 0);
  const before = heldMb();
  const ms: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const began = performance.now();
    await start();
    ms.push(performance.now() - began);
  }
  await rest();
  return { ms, mbEach: (heldMb() - before) / count };
}

/** Bare workers, as many as asked, left idle. */
export const startBare = (count: number): Promise<StartFigures> =>
  measureStarts(count, () => ready(new Worker(BARE, { eval: true, env: {}, execArgv: [], argv: [] })));
