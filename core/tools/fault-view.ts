import { toWire } from '../base/errors.ts';
import type { FaultView } from '../contract/views.ts';

/** A fault for the screen; `at` is wall time in ms. */
export function faultView(fault: Error, at: number): FaultView {
  const { code, message, remedy } = toWire(fault);
  return { code, message, remedy, at };
}
