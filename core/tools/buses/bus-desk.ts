import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = ['bus.timeline', 'bus.probe', 'bus.reset'] as const;
const TOPICS = ['buses', 'units'] as const;

/** Bus health. */
export function createBusDesk(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
