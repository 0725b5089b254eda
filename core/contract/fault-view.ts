import { toWire } from '../base/errors.ts';
import type { FaultView } from './views.ts';

/** A fault for the screen; `at` is wall time in ms. */
export function faultView(cause: unknown, at: number): FaultView {
  const { code, message, remedy } = toWire(cause);
  return { code, message, remedy, at };
}
