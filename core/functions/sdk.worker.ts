import type { Supplied } from './modules/supplied.ts';
import { type ProvideDeps, provideModules } from './sdk/provide.ts';
import { createSubscriptions, type Subscriptions } from './sdk/subscriptions.ts';

/** The code of the supplied modules: no thread of its own, but a bundle of its own that an instance loads when it is asked for. */
export function provide(
  deps: Omit<ProvideDeps, 'subscriptions'>,
  longLived: boolean,
): { supplied: Supplied; subscriptions: Subscriptions } {
  const subscriptions = createSubscriptions(longLived);
  return { supplied: provideModules({ ...deps, subscriptions }), subscriptions };
}
