import { CELL } from '../protocol.ts';
import type { Cell } from './cell.ts';

/** Memory for a cell that a thread shares. */
export const cellMemory = (): Int32Array => new Int32Array(new SharedArrayBuffer(CELL.size * 4));

export const sharedCell = (numbers: Int32Array): Cell => ({
  load: (place) => Atomics.load(numbers, place),
  store: (place, value) => void Atomics.store(numbers, place, value),
});
