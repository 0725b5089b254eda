import type { MqttTraffic } from '../mqtt-traffic.ts';
import { createNodeTracker, type NodeDeps, type NodeName, type NodeTracker } from './node-tracker.ts';

interface Shared {
  readonly tracker: NodeTracker;
  users: number;
}
const shared = new WeakMap<MqttTraffic, Map<string, Shared>>();

/** The tracker of a node: one for all devices behind it, as they share its sequence numbers. Give it back when done. */
export function joinNode(deps: NodeDeps, name: NodeName): { readonly tracker: NodeTracker; leave(): void } {
  const all = shared.get(deps.mqtt) ?? new Map<string, Shared>();
  shared.set(deps.mqtt, all);
  const key = `${name.group}/${name.node}`;
  const held = all.get(key) ?? { tracker: createNodeTracker(deps, name), users: 0 };
  all.set(key, held);
  held.users += 1;
  let left = false;
  return {
    tracker: held.tracker,
    leave() {
      if (left) return;
      left = true;
      held.users -= 1;
      if (held.users > 0) return;
      all.delete(key);
      held.tracker.stop();
    },
  };
}
