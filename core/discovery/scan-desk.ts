import type { Desk } from '../contract/desk.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { DiscoveryDeps } from './deps.ts';

const METHODS = ['scan.estimate', 'scan.start', 'scan.stop', 'scan.close'] as const;
const TOPICS = ['scans'] as const;

/** Guided scans: listen, sweep, identify. */
export function createScanDesk(_deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
