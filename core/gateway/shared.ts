import type { Clock } from '../base/clock.ts';
import type { LogHub } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { TimeKeeper } from '../health/time.ts';
import type { Router } from '../router/router.ts';
import type { Tracer } from '../router/tracer.ts';
import type { Store } from '../store/store.ts';

/** What nearly every part of the composition needs. */
export interface Shared {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logs: LogHub;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly router: Router;
  readonly store: Store;
  readonly time: TimeKeeper;
}
