import type { Clock } from '../../base/clock.ts';
import type { FramesDeviceConfig } from '../../contract/document/serial-devices.ts';
import { type Cutter, createCutter } from './cut.ts';

export interface FramerEvents {
  /** A whole frame. Gives what is wrong with it, or undefined: a frame that is not sound may hold the begin of the next one. */
  onFrame(frame: Uint8Array): string | undefined;
  /** Bytes that are no sound frame. Once when the frames are lost, and again after each `maxLength` bytes of it: not for each byte. */
  onLost(bytes: Uint8Array, why: string): void;
}

export interface Framer {
  push(chunk: Uint8Array): void;
  /** Forgets what is not whole: what comes next is the begin of a frame. */
  restart(): void;
  stop(): void;
}

/** Cuts a stream into frames by description. Holds at most `maxLength` bytes and one chunk. */
export function createFramer(
  { framing, maxLength, checksum }: Pick<FramesDeviceConfig, 'framing' | 'maxLength' | 'checksum'>,
  clock: Clock,
  events: FramerEvents,
): Framer {
  const cutter = createCutter(framing, checksum !== undefined);
  if (!cutter) return bySilence(framing.by === 'silence' ? framing.ms : 0, maxLength, clock, events);
  return byCutter(cutter, maxLength, events);
}

function byCutter(cutter: Cutter, maxLength: number, events: FramerEvents): Framer {
  let held: Buffer = Buffer.alloc(0);
  let lost = false;
  /** Since the last report. */
  let dropped = 0;

  function lose(bytes: number, why: string): void {
    if (!lost || dropped >= maxLength) {
      events.onLost(held.subarray(0, Math.min(held.length, maxLength)), why);
      dropped = 0;
    }
    lost = true;
    dropped += bytes;
    held = held.subarray(bytes);
  }
  /** False: more must come. */
  function step(): boolean {
    const cut = cutter(held);
    if (cut.kind === 'more') {
      if (held.length <= maxLength) return false;
      lose(1, `longer than ${maxLength} bytes without an end`);
      return true;
    }
    if (cut.kind === 'drop') {
      lose(cut.bytes, 'bytes that begin no frame');
      return true;
    }
    const frame = Uint8Array.from(held.subarray(cut.from, cut.to));
    const why = frame.length > maxLength ? `longer than ${maxLength} bytes` : frame.length === 0 ? '' : events.onFrame(frame);
    if (why === undefined || why === '') {
      lost &&= why === '';
      held = held.subarray(cut.next);
    } else lose(1, why);
    return true;
  }
  return {
    push(chunk) {
      // In slices, so that what is looked through again and again in noise stays short.
      for (let from = 0; from < chunk.length; from += maxLength) {
        held = Buffer.concat([held, chunk.subarray(from, from + maxLength)]);
        while (held.length > 0 && step());
      }
    },
    restart() {
      held = Buffer.alloc(0);
    },
    stop() {},
  };
}

function bySilence(ms: number, maxLength: number, clock: Clock, events: FramerEvents): Framer {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let tooLong = false;
  let cancel = (): void => {};

  function end(): void {
    const frame = Uint8Array.from(Buffer.concat(held));
    const wasTooLong = tooLong;
    restart();
    const why = wasTooLong ? `longer than ${maxLength} bytes without a pause` : events.onFrame(frame);
    if (why !== undefined) events.onLost(frame, why);
  }
  function restart(): void {
    cancel();
    held = [];
    bytes = 0;
    tooLong = false;
  }
  return {
    push(chunk) {
      if (bytes + chunk.length > maxLength) tooLong = true;
      else {
        held.push(Uint8Array.from(chunk));
        bytes += chunk.length;
      }
      cancel();
      cancel = clock.after(ms, end);
    },
    restart,
    stop: restart,
  };
}
