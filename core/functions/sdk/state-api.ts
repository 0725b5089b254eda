import type { SdkLine } from '../calls/sdk-calls.ts';
import { plainJson } from './plain-json.ts';

const ATTEMPTS = 10;
const KEYS = 10_000;

const isConflict = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'function/state-conflict';

/** `state` of the module `gatehouse`. A value that is removed, and one that never was, is undefined. */
export function createStateApi(line: SdkLine) {
  async function read(key: string): Promise<{ readonly value: unknown; readonly revision: number }> {
    const { value, revision } = await line.call('state.get', { key });
    return { value: value === null ? undefined : value, revision };
  }
  /** As JSON has it: the other side keeps text, and a value with methods could not even cross. */
  function plain(key: string, value: unknown): unknown {
    return value === undefined ? null : JSON.parse(plainJson(`the value of state "${key}"`, value));
  }
  return {
    async get<T = unknown>(key: string): Promise<T | undefined> {
      const { value } = await read(key);
      return value as T | undefined; // the function's own value: it says what it is
    },
    async set(key: string, value: unknown): Promise<void> {
      await line.call('state.set', { key, value: plain(key, value), revision: null });
    },
    async delete(key: string): Promise<void> {
      await line.call('state.set', { key, value: null, revision: null });
    },
    async keys(prefix = ''): Promise<readonly string[]> {
      return (await line.call('state.keys', { prefix, limit: KEYS })).keys;
    },
    async update<T = unknown>(key: string, change: (value: T | undefined) => T | undefined): Promise<T | undefined> {
      for (let attempt = 1; ; attempt += 1) {
        const { value, revision } = await read(key);
        const next = change(value as T | undefined); // as in `get`
        try {
          await line.call('state.set', { key, value: plain(key, next), revision });
          return next;
        } catch (cause) {
          if (!isConflict(cause) || attempt >= ATTEMPTS) throw cause;
        }
      }
    },
  };
}
