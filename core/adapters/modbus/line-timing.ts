import type { LinkConfig } from '../../contract/document/links.ts';
import type { BusView } from '../../contract/field-views.ts';
import { createAsciiFramer } from './ascii-framer.ts';
import type { BusOptions } from './bus.ts';
import type { Framer } from './framer.ts';
import { createMbapFramer } from './mbap-framer.ts';
import { createRtuFramer } from './rtu-framer.ts';

export type Framing = BusView['framing'];

/** Characters of an ASCII frame may come a second apart (serial line V1.02, 2.5.2.1). */
const ASCII_SILENCE_MS = 1000;

/** Start bit, data, parity, stop bits on the line; 0 where the line has no known speed. */
export function characterMs(link: LinkConfig): number {
  if (link.kind !== 'serial' && link.kind !== 'rfc2217') return 0;
  const bits = 1 + link.dataBits + (link.parity === 'none' ? 0 : 1) + link.stopBits;
  return (bits * 1000) / link.baudRate;
}

/**
 * The times of a bus on this link. Between RTU frames stand 3.5 characters, from 19200 baud on 1.75 ms (serial line V1.02, 2.5.1.1); USB
 * adapters deliver in bursts of 16 ms, so a frame is given up only after much longer.
 */
export function busOptions(framing: Framing, link: LinkConfig): BusOptions {
  const one = characterMs(link);
  const kind = link.kind === 'tcp' || link.kind === 'rfc2217' ? 'stream' : 'line';
  const silenceMs = framing === 'ascii' ? ASCII_SILENCE_MS : Math.max(one === 0 ? 100 : 50, 10 * one);
  return { link: kind, numbered: framing === 'tcp', gapMs: one === 0 ? 0 : Math.max(2, 3.5 * one), silenceMs, characterMs: one };
}

/** A master's framer. */
export function framerFor(framing: Framing): Framer {
  if (framing === 'tcp') return createMbapFramer();
  return framing === 'ascii' ? createAsciiFramer() : createRtuFramer('answers');
}

export const framingOf = (adapter: 'modbus-rtu' | 'modbus-ascii' | 'modbus-tcp'): Framing =>
  adapter === 'modbus-tcp' ? 'tcp' : adapter === 'modbus-ascii' ? 'ascii' : 'rtu';

/** Bytes on the line for one PDU. */
export function frameBytes(framing: Framing, pduBytes: number): number {
  if (framing === 'tcp') return pduBytes + 7;
  return framing === 'ascii' ? 2 * (pduBytes + 2) + 3 : pduBytes + 3;
}
