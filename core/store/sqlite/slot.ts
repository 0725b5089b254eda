/** A database of the store, which can be closed and opened anew while the store runs. */
export interface Slot<T> {
  /** What is open, or was open last: figures in memory may still be asked for. */
  get(): T;
  isOpen(): boolean;
  /** Closes it where it is open, and opens it. Throws what opening throws; it is closed then. */
  reopen(): void;
  close(): void;
}

/** Opens a database. Throws what `open` throws. */
export function openSlot<T extends { close(): void }>(open: () => T): Slot<T> {
  let current = open();
  let isOpen = true;
  function close(): void {
    isOpen = false;
    current.close();
  }
  return {
    get: () => current,
    isOpen: () => isOpen,
    reopen() {
      close();
      current = open();
      isOpen = true;
    },
    close,
  };
}
