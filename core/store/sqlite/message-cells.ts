import type { Message } from '../../contract/message.ts';
import { asBytes, asNumber, asText, asTextOrNull } from './cells.ts';
import { inflate } from './packing.ts';

/**
 * The message of a row. From `first` on the row has, one after the other: topic, payload, flags, source, sequence, wall_ms, mono_ms,
 * boot as text, hops, trace_id.
 */
export const messageAt = (cell: readonly unknown[], first: number, expiryMs: number | null = null): Message =>
  inflate({
    topic: asText(cell[first]),
    payload: asBytes(cell[first + 1]),
    flags: asNumber(cell[first + 2]),
    source: asText(cell[first + 3]),
    sequence: asNumber(cell[first + 4]),
    wallMs: asNumber(cell[first + 5]),
    monoMs: asNumber(cell[first + 6]),
    bootId: asText(cell[first + 7]),
    hops: asNumber(cell[first + 8]),
    traceId: asTextOrNull(cell[first + 9]),
    ...(expiryMs === null ? {} : { expiryMs }),
  });
