/**
 * A few whole numbers that both sides see at once, also while the function hangs: see `CELL` in protocol.ts. In a thread they are
 * shared memory; in a process 16 bytes of an unlinked file whose descriptor the child inherits (one write of about a
 * microsecond, which the permission model does not touch), read by the main side only when it looks.
 */
export interface Cell {
  load(place: number): number;
  store(place: number, value: number): void;
}

/** What a thread is given to make a cell of: shared memory, or the number of an open descriptor. */
export type CellSource = Int32Array | number;
