import type { Desk } from '../contract/desk.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { DiscoveryDeps } from './deps.ts';

const METHODS = ['matrix.open', 'matrix.move', 'matrix.close'] as const;
const TOPICS = ['matrix'] as const;

/** Registers read live for the decode matrix. */
export function createMatrixDesk(_deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
