import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { createRing } from '../base/ring.ts';
import type { RawFrame } from '../contract/reading.ts';
import type { FrameView } from '../contract/views.ts';

/** The newest frames of one device. Sound frames are only made while somebody looks; faulty ones are always kept. */
export interface FrameLog {
  add(frame: RawFrame): void;
  recent(): FrameView[];
  onFrame(listener: (frame: FrameView) => void): () => void;
  readonly wanted: boolean;
}

const KEEP = 200;

interface Kept extends RawFrame {
  readonly id: number;
  readonly at: number;
}

const toView = ({ id, at, direction, bytes, decoded, faulty }: Kept): FrameView => ({
  id,
  at,
  direction,
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  decoded,
  faulty,
});

export function createFrameLog(clock: Clock): FrameLog {
  const ring = createRing<Kept>(KEEP);
  const frames = createEmitter<Kept>();
  let id = 0;
  return {
    add(frame) {
      id += 1;
      const kept: Kept = { ...frame, bytes: Uint8Array.from(frame.bytes), id, at: clock.now() };
      ring.push(kept);
      frames.emit(kept);
    },
    recent: () => ring.items().map(toView),
    onFrame: (listener) => frames.on((kept) => listener(toView(kept))),
    get wanted() {
      return frames.size > 0;
    },
  };
}
