import { GatewayError } from '../../base/errors.ts';
import type { SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';

/** null removes; what JSON has no word for is refused instead of being kept as something else. */
function jsonOf(key: string, value: unknown): string | null {
  if (value === null) return null;
  let why = `it is ${typeof value}`;
  try {
    const text: unknown = JSON.stringify(value);
    if (typeof text === 'string') return text;
  } catch (cause) {
    why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  }
  throw new GatewayError('api/bad-input', `The value for "${key}" cannot be written as JSON: ${why}.`);
}

export function stateCalls({ host }: DeskDeps, name: string): Pick<SdkHandlers, 'state.get' | 'state.set' | 'state.keys'> {
  return {
    /** Where there is none: null, with revision 0. */
    async 'state.get'({ key }) {
      const found = await host.state.get(name, key);
      if (!found) return { value: null, revision: 0 };
      const value: unknown = JSON.parse(found.json);
      return { value, revision: found.revision };
    },
    async 'state.set'({ key, value, revision }) {
      const next = await host.state.set(name, key, jsonOf(key, value), revision);
      if (next !== null) return { revision: next };
      throw new GatewayError('function/state-conflict', `The value "${key}" of function "${name}" was changed meanwhile.`);
    },
    async 'state.keys'({ prefix, limit }) {
      return { keys: await host.state.keys(name, prefix, limit) };
    },
  };
}
