import { createAsciiFramer } from '../../adapters/modbus/ascii-framer.ts';
import { crc16 } from '../../adapters/modbus/crc.ts';

/** A sound frame that was overheard. */
export interface OverheardFrame {
  readonly unit: number;
  readonly role: 'request' | 'answer';
}

const MIN_FRAME = 5;

function isSound(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  if (length < MIN_FRAME || end > bytes.length) return false;
  return crc16(bytes, at, end - 2) === ((bytes[end - 2] ?? 0) | ((bytes[end - 1] ?? 0) << 8));
}

/** Lengths that a frame which begins here can have, by its function, with what it would then be. */
function shapesAt(bytes: Uint8Array, at: number): readonly (readonly [OverheardFrame['role'], number])[] {
  const unit = bytes[at] ?? 255;
  const code = bytes[at + 1] ?? 0;
  if (unit > 247) return [];
  if (code > 0x80 && code <= 0x90) return [['answer', 5]];
  if (code >= 1 && code <= 4)
    return [
      ['answer', 5 + (bytes[at + 2] ?? 0)],
      ['request', 8],
    ];
  if (code === 5 || code === 6) return [['request', 8]];
  if (code === 15 || code === 16)
    return [
      ['request', 9 + (bytes[at + 6] ?? 0)],
      ['answer', 8],
    ];
  return [];
}

/**
 * Modbus RTU frames of both directions in bytes that were overheard, wherever they begin: only their check sum counts. By chance one in some
 * ten thousand bytes looks like a frame, so one alone proves nothing.
 */
export function findRtuFrames(bytes: Uint8Array): readonly OverheardFrame[] {
  const found: OverheardFrame[] = [];
  for (let at = 0; at + MIN_FRAME <= bytes.length; ) {
    const shape = shapesAt(bytes, at).find(([, length]) => isSound(bytes, at, length));
    if (shape) found.push({ unit: bytes[at] ?? 0, role: shape[0] });
    at += shape?.[1] ?? 1;
  }
  return found;
}

/** Modbus ASCII frames, proved by their LRC. A read's request has four bytes behind its function. */
export function findAsciiFrames(bytes: Uint8Array): readonly OverheardFrame[] {
  return createAsciiFramer()
    .push(bytes)
    .flatMap((one) => (one.kind === 'frame' ? [{ unit: one.unit, role: one.pdu.length === 5 ? 'request' : 'answer' }] : []));
}
