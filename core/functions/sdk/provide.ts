import { systemClock } from '../../base/clock.ts';
import type { SdkLine } from '../calls/sdk-calls.ts';
import { createCommon } from '../greengrass/common.ts';
import { createIpcClient } from '../greengrass/ipc-client.ts';
import type { PublishOptions, PublishPayload } from '../lambda/context.ts';
import type { Supplied } from '../modules/supplied.ts';
import type { FunctionMetric, LogLine } from '../protocol.ts';
import { createApi } from './api.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What the instance gives to the modules that it supplies. */
export interface ProvideDeps {
  readonly line: SdkLine;
  readonly subscriptions: Subscriptions;
  /** As this function, for the event that runs, if one does. Throws `function/publish-limit`. */
  publish(topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
  /** Counts a publish that goes another way against the same limit; throws beyond it. */
  countPublish(): void;
  log(line: LogLine): void;
  metric(one: FunctionMetric): void;
}

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
