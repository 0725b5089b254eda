import type { SiteDocument } from '../../contract/document/document.ts';
import type { SubscriptionConfig } from '../../contract/document/subscriptions.ts';
import { topicMatches } from '../../router/topics.ts';
import { uniqueId } from '../inbox/sighting.ts';

type Route = Pick<SubscriptionConfig, 'id' | 'source' | 'subject' | 'target'>;

/** Whether a subscription that is there takes all readings of a device to this target. */
function covers(one: SubscriptionConfig, device: string, target: string): boolean {
  if (!one.enabled || one.target !== target) return false;
  if (one.source !== 'device:*' && one.source !== `device:${device}`) return false;
  return [`devices/${device}`, `devices/${device}/any-point`].every((topic) => topicMatches(one.subject, topic));
}

/** The subscriptions that a device needs to reach these targets, without those that are there already. */
export function routesOf(
  site: SiteDocument | null,
  device: string,
  to: { readonly history: boolean; readonly cloud: boolean },
): readonly Route[] {
  const there = site?.subscriptions ?? [];
  return (['history', 'cloud'] as const)
    .filter((target) => to[target] && !there.some((one) => covers(one, device, target)))
    .map((target) => ({
      id: uniqueId(`${device}-to-${target}`.slice(0, 64), (id) => there.some((one) => one.id === id)),
      source: `device:${device}`,
      subject: `devices/${device}/#`,
      target,
    }));
}
