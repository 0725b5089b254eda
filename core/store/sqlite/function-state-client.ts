import type { FunctionState } from '../function-state.ts';
import { fromFault } from './faults-wire.ts';
import type { StateChange } from './function-state-db.ts';
import { createGrouping } from './grouping.ts';
import type { WorkerLink } from './worker-link.ts';

const MIB = 1_048_576;

export interface FunctionStateClient {
  readonly state: FunctionState;
  settle(): Promise<void>;
}

/** The main thread's half of the function state. Changes that come while a commit is under way are committed together. */
export function createFunctionStateClient(link: WorkerLink): FunctionStateClient {
  const changes = createGrouping((batch: readonly StateChange[]) => link.call('function-state.change', batch), {
    maxItems: 500,
    maxWaiting: 10_000,
    maxWaitingBytes: 16 * MIB,
    bytesOf: ({ key, json }) => key.length + (json?.length ?? 0),
  });
  return {
    settle: changes.settle,
    state: {
      get: (owner, key) => link.call('function-state.get', { owner, key }),
      async set(owner, key, json, expected) {
        const { revision, fault } = await changes.put({ owner, key, json, expected });
        if (fault) throw fromFault(fault);
        return revision;
      },
      keys: (owner, prefix, limit) => link.call('function-state.keys', { owner, prefix, limit }),
      clear: (owner) => link.call('function-state.clear', { owner }),
    },
  };
}
