import type { FunctionMetric } from '../protocol.ts';

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const NAMES = 50;

/** `metrics` of the module `gatehouse`. A wrong name or value is an error; a name too many is left out and told once. */
export function createMetricsApi(deps: { metric(one: FunctionMetric): void; warn(text: string): void }) {
  const names = new Set<string>();
  let told = false;
  function add(kind: FunctionMetric['kind'], name: string, value: number): void {
    if (typeof name !== 'string' || !NAME.test(name))
      throw new TypeError(
        `metric "${String(name)}": a name has small letters, digits and "_", begins with a letter, and is at most 64 long`,
      );
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError(`metric "${name}" needs a finite number`);
    if (!names.has(name) && names.size >= NAMES) {
      if (!told) deps.warn(`metric "${name}" is left out, as are all further ones: a function has at most ${NAMES}`);
      told = true;
      return;
    }
    names.add(name);
    deps.metric({ name, kind, value });
  }
  return {
    count: (name: string, by = 1): void => add('count', name, by),
    gauge: (name: string, value: number): void => add('gauge', name, value),
  };
}
