import { GatewayError } from '../../base/errors.ts';
import { toFault } from './faults-wire.ts';
import { unpackMessages } from './packing.ts';
import type { Parts } from './parts.ts';
import type { Input, Output } from './protocol.ts';

type FunctionCallName =
  | 'function-state.get'
  | 'function-state.change'
  | 'function-state.keys'
  | 'function-state.clear'
  | 'failed-events.figures'
  | 'failed-events.add'
  | 'failed-events.list'
  | 'failed-events.get'
  | 'failed-events.take'
  | 'test-events.list'
  | 'test-events.save'
  | 'test-events.remove';
type FunctionHandlers = { readonly [K in FunctionCallName]: (input: Input<K>) => Output<K> };

/** While the disk is full nothing new is taken. */
function fullDisk(parts: Parts): GatewayError | null {
  try {
    parts.guard.admit();
    return null;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** On a full disk values can still be removed. */
function changeState(parts: Parts, changes: Input<'function-state.change'>): Output<'function-state.change'> {
  const full = changes.some(({ json }) => json !== null) ? fullDisk(parts) : null;
  const taken = full ? changes.filter(({ json }) => json === null) : changes;
  const results = new Map(
    parts
      .functionState()
      .change(taken)
      .map((result, index) => [taken[index], result]),
  );
  return changes.map((change) => {
    const result = results.get(change) ?? (results.has(change) ? null : full);
    return result instanceof GatewayError ? { revision: null, fault: toFault(result) } : { revision: result, fault: null };
  });
}

function addFailed(parts: Parts, input: Input<'failed-events.add'>): Output<'failed-events.add'> {
  parts.guard.admit();
  const messages = unpackMessages(input.messages);
  const events = input.facts.flatMap((fact, index) => {
    const message = messages[index];
    return message ? [{ ...fact, message }] : [];
  });
  parts.failedEvents().add(events);
  return parts.failedEvents().figures();
}

/** The calls on what is kept for functions. `run` gives the open databases, and turns what the disk throws into a fault. */
export function createFunctionCalls(run: <T>(work: (parts: Parts) => T) => T): FunctionHandlers {
  return {
    'function-state.get': ({ owner, key }) => run((parts) => parts.functionState().get(owner, key)),
    'function-state.change': (changes) => run((parts) => changeState(parts, changes)),
    'function-state.keys': ({ owner, prefix, limit }) => run((parts) => parts.functionState().keys(owner, prefix, limit)),
    'function-state.clear': ({ owner }) => run((parts) => parts.functionState().clear(owner)),
    'failed-events.figures': () => run((parts) => parts.failedEvents().figures()),
    'failed-events.add': (input) => run((parts) => addFailed(parts, input)),
    'failed-events.list': ({ name, before, limit }) => run((parts) => parts.failedEvents().list(name, before, limit)),
    'failed-events.get': ({ id }) => run((parts) => parts.failedEvents().get(id)),
    'failed-events.take': ({ name, ids, code }) =>
      run((parts) => {
        const taken = parts.failedEvents().take(name, ids, code);
        return { taken, figures: parts.failedEvents().figures() };
      }),
    'test-events.list': ({ name }) => run((parts) => parts.testEvents().list(name)),
    'test-events.save': (event) =>
      run((parts) => {
        parts.guard.admit();
        parts.testEvents().save(event);
        return null;
      }),
    'test-events.remove': ({ name, event }) => run((parts) => parts.testEvents().remove(name, event)),
  };
}
