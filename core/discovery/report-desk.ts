import type { Desk } from '../contract/desk.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { DiscoveryDeps } from './deps.ts';

const METHODS = ['report.make'] as const;
const TOPICS = [] as const satisfies readonly never[];

/** The site acceptance report. */
export function createReportDesk(_deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
