import type { SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';

/** Devices and their history. */
export function deviceCalls({
  gatekeeper,
  host,
}: DeskDeps): Pick<SdkHandlers, 'device.command' | 'device.read' | 'history.query'> {
  return {
    async 'device.command'({ device, point, value }, _facts, signal) {
      gatekeeper.demand({ kind: 'device', device, write: true });
      await host.command(device, point, value, signal);
      return null;
    },
    async 'device.read'({ device }) {
      gatekeeper.demand({ kind: 'device', device, write: false });
      return { points: host.points(device) };
    },
    async 'history.query'({ series, from, to, buckets }) {
      gatekeeper.demand({ kind: 'history', series });
      return { points: await host.history(series, from, to, buckets) };
    },
  };
}
