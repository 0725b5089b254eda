import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = ['port.diagnose', 'port.refresh'] as const;
const TOPICS = ['ports'] as const;

/** Ports: what is plugged in, who has it, and what is in the way. */
export function createPortDesk(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
