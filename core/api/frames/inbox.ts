import { createEmitter } from '../../base/emitter.ts';

/** Frames that arrive before anybody listens wait here, so that none is lost between connecting and listening. */
export interface Inbox<In> {
  push(frame: In): void;
  onFrame(listener: (frame: In) => void): () => void;
}

/** At most `limit` frames wait; beyond that the peer talks to nobody, and what comes more is dropped. */
export function createInbox<In>(limit = 1000): Inbox<In> {
  const frames = createEmitter<In>();
  let waiting: In[] | null = [];
  return {
    push(frame) {
      if (waiting === null) frames.emit(frame);
      else if (waiting.length < limit) waiting.push(frame);
    },
    onFrame(listener) {
      const off = frames.on(listener);
      const early = waiting ?? [];
      waiting = null;
      for (const frame of early) frames.emit(frame);
      return off;
    },
  };
}
