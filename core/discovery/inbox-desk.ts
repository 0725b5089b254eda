import type { Desk } from '../contract/desk.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { DiscoveryDeps } from './deps.ts';

const METHODS = ['inbox.ignore', 'inbox.look'] as const;
const TOPICS = ['inbox'] as const;

/** The inbox of what was seen. */
export function createInboxDesk(_deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
