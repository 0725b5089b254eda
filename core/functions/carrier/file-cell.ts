import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CELL } from '../protocol.ts';
import type { Cell } from './cell.ts';

/** A cell in an open file: each number is read and written where it stands, in one call that the other side sees whole. */
export function fileCell(descriptor: number): Cell {
  const number = new Int32Array(1);
  return {
    load(place) {
      readSync(descriptor, number, 0, 4, place * 4);
      return number[0] ?? 0;
    },
    store(place, value) {
      number[0] = value;
      writeSync(descriptor, number, 0, 4, place * 4);
    },
  };
}

export interface CellFile {
  readonly descriptor: number;
  readonly cell: Cell;
  /** What the other side has written beyond the cell: in memory, and counted nowhere else. */
  extraBytes(): number;
  /** What stands in the cell stays readable. */
  close(): void;
}

/** In memory where the system has a file system for that. Nobody else can open it: it has no name any more once it is made. */
export function openCellFile(name: string): CellFile {
  const { path, descriptor } = openFirst(['/dev/shm', tmpdir()], name);
  rmSync(path, { force: true });
  ftruncateSync(descriptor, CELL.size * 4);
  const live = fileCell(descriptor);
  let last: readonly number[] | undefined;
  return {
    descriptor,
    cell: {
      load: (place) => (last ? (last[place] ?? 0) : live.load(place)),
      store(place, value) {
        if (!last) live.store(place, value);
      },
    },
    extraBytes: () => (last ? 0 : Math.max(0, fstatSync(descriptor).size - CELL.size * 4)),
    close() {
      if (last) return;
      last = Array.from({ length: CELL.size }, (_, place) => live.load(place));
      closeSync(descriptor);
    },
  };
}

function openFirst(folders: readonly string[], name: string): { path: string; descriptor: number } {
  let fault: unknown;
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      return { path, descriptor: openSync(path, 'wx+', 0o600) };
    } catch (cause) {
      fault = cause;
    }
  }
  throw fault;
}
