import { createRequire as requireFrom } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { PayloadPlace } from '../lambda/event.ts';
import type { Supplied } from '../modules/supplied.ts';
import type { ProvideDeps } from '../sdk/provide.ts';
import type { Subscriptions } from '../sdk/subscriptions.ts';

export interface SdkParts {
  readonly supplied: Supplied;
  /** What handles this event instead of the handler, once the function has subscribed to something. */
  divert(event: PayloadPlace & { readonly source: string }): (() => Promise<void>) | undefined;
}
/** What `sdk.worker.ts` exports. */
interface SdkCode {
  provide(deps: Omit<ProvideDeps, 'subscriptions'>, longLived: boolean): { supplied: Supplied; subscriptions: Subscriptions };
}

/**
 * The supplied modules, whose code is loaded when a function first asks for one: most ask for none, and it would cost each a part of
 * its cold start and memory. `require` must have it at once, so that it is loaded by `require`, from a bundle of its own (by its address, which a bundler leaves alone: hence `requireFrom`).
 */
export function sdkModules(deps: Omit<ProvideDeps, 'subscriptions'> & { readonly longLived: boolean }): SdkParts {
  let made: ReturnType<SdkCode['provide']> | undefined;
  function get(): ReturnType<SdkCode['provide']> {
    if (!made) {
      const address = fileURLToPath(new URL('../sdk.worker.ts', import.meta.url));
      const code: SdkCode = requireFrom(import.meta.url)(address);
      made = code.provide(deps, deps.longLived);
    }
    return made;
  }
  return {
    supplied: {
      modules: {
        get gatehouse() {
          return get().supplied.modules.gatehouse;
        },
        get 'aws-greengrass-common-js'() {
          return get().supplied.modules['aws-greengrass-common-js'];
        },
        get 'aws-greengrass-ipc-sdk-js'() {
          return get().supplied.modules['aws-greengrass-ipc-sdk-js'];
        },
      },
    },
    divert: ({ topic, source, bytes, start, end }) => made?.subscriptions.divert(topic, source, bytes.subarray(start, end)),
  };
}
