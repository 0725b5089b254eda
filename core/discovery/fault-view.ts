import { toWire } from '../base/errors.ts';
import type { FaultView } from '../contract/views.ts';

/** A fault as the console shows it. `at`: wall time in ms. */
export function faultView(cause: unknown, at: number): FaultView {
  const { code, message, remedy } = toWire(cause);
  return { code, message, remedy, at };
}
