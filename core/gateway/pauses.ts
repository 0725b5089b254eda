import { describe } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { FunctionState } from '../store/function-state.ts';

/** Whether one function is paused, whatever version of it runs. */
export interface Pausing {
  paused: boolean;
}

/** Which functions a person has paused. It lasts until a person resumes them: over new versions and over a restart. */
export interface Pauses {
  /** After the store, before the functions. Rejects with a `store/*`. */
  load(): Promise<void>;
  of(name: string): Pausing;
}

const OWNER = '$paused';
const MOST = 10_000;

export function createPauses(deps: { readonly state: FunctionState; readonly log: Logger }): Pauses {
  const { state, log } = deps;
  const names = new Set<string>();
  function keep(name: string, paused: boolean): void {
    state.set(OWNER, name, paused ? 'true' : null, null).catch((cause: unknown) => {
      log.error('function.pause-not-kept', { function: name, paused, message: describe(cause), cause });
    });
  }
  return {
    async load() {
      for (const name of await state.keys(OWNER, '', MOST)) names.add(name);
    },
    of: (name) => ({
      get paused() {
        return names.has(name);
      },
      set paused(next) {
        if (next === names.has(name)) return;
        if (next) names.add(name);
        else names.delete(name);
        keep(name, next);
      },
    }),
  };
}
