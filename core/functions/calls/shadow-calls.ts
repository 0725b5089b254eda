import type { SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';

export function shadowCalls({ gatekeeper, host }: DeskDeps): Pick<SdkHandlers, 'shadow.get' | 'shadow.update' | 'shadow.delete'> {
  return {
    async 'shadow.get'({ thing, name }) {
      gatekeeper.demand({ kind: 'shadow', thing, name, write: false });
      return { payload: await host.shadows.get({ thing, name }) };
    },
    async 'shadow.update'({ thing, name, payload }) {
      gatekeeper.demand({ kind: 'shadow', thing, name, write: true });
      return { payload: await host.shadows.update({ thing, name }, payload) };
    },
    async 'shadow.delete'({ thing, name }) {
      gatekeeper.demand({ kind: 'shadow', thing, name, write: true });
      return { payload: await host.shadows.delete({ thing, name }) };
    },
  };
}
