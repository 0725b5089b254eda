import { getHeapStatistics } from 'node:v8';
import type { InsideLine } from './line.ts';

const EVERY_MS = 1000;

/** Tells the gateway, each second, what a process holds: from outside it sees only the sum of heap and buffers. */
export function reportMemory(line: InsideLine): void {
  const report = (): void => {
    const heap = getHeapStatistics();
    line.send({ t: 'memory', heapBytes: heap.used_heap_size, externalBytes: heap.external_memory }, []);
  };
  setInterval(report, EVERY_MS).unref();
}
