import type { Desk } from '../contract/desk.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { DiscoveryDeps } from './deps.ts';

const METHODS = ['commission.draft', 'commission.check', 'commission.try', 'commission.try-end', 'commission.save'] as const;
const TOPICS = ['tries'] as const;

/** From what was found to a device of the document. */
export function createCommissionDesk(_deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
