import type { SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';

export function scheduleCalls(
  { gatekeeper, host }: DeskDeps,
  name: string,
): Pick<SdkHandlers, 'schedule.at' | 'schedule.cancel'> {
  return {
    async 'schedule.at'({ id, at, payload }) {
      gatekeeper.demand({ kind: 'schedule' });
      await host.scheduler.at(name, id, at, payload);
      return null;
    },
    async 'schedule.cancel'({ id }) {
      gatekeeper.demand({ kind: 'schedule' });
      return { found: await host.scheduler.cancel(name, id) };
    },
  };
}
