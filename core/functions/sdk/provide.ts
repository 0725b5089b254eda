import { systemClock } from '../../base/clock.ts';
import { createCommon } from '../greengrass/common.ts';
import { createIpcClient } from '../greengrass/ipc-client.ts';
import type { Supplied } from '../modules/supplied.ts';
import { type ApiDeps, createApi } from './api.ts';

/** What the instance gives to the modules that it supplies. */
export type ProvideDeps = Omit<ApiDeps, 'now'>;

/** The modules of `Supplied`, each made when a function first loads it: most functions load none. */
export function provideModules(deps: ProvideDeps): Supplied {
  const { now, monotonic } = systemClock;
  const newId = (): string => crypto.randomUUID();
  const made = new Map<string, object>();
  function once(name: string, make: () => object): object {
    const found = made.get(name) ?? make();
    made.set(name, found);
    return found;
  }
  return {
    modules: {
      get gatehouse() {
        return once('gatehouse', () => createApi({ ...deps, now }));
      },
      get 'aws-greengrass-common-js'() {
        const { env } = process;
        return once('common', () => createCommon({ env, clock: systemClock, random: Math.random, log: deps.log }));
      },
      get 'aws-greengrass-ipc-sdk-js'() {
        return once('ipc', () => createIpcClient({ ...deps, now, monotonic, newId }));
      },
    },
  };
}
