/** A list of listeners for one kind of fact. A listener that throws is reported and does not stop the others. */
export interface Emitter<T> {
  on(listener: (fact: T) => void): () => void;
  emit(fact: T): void;
  readonly size: number;
}

/** `onError` gets what a listener threw; without it the error is swallowed on purpose: the emitter's owner is not at fault. */
export function createEmitter<T>(onError?: (cause: unknown) => void): Emitter<T> {
  const listeners = new Set<(fact: T) => void>();
  return {
    on(listener) {
      const own = (fact: T): void => listener(fact);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    emit(fact) {
      for (const listener of listeners) {
        try {
          listener(fact);
        } catch (cause) {
          onError?.(cause);
        }
      }
    },
    get size() {
      return listeners.size;
    },
  };
}
