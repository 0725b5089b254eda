/** The steps of a path: names and indices. */
export type JsonPath = readonly (string | number)[];

const MAX_STEPS = 32;
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d{1,6})\]|\[(?:"([^"\]]+)"|'([^'\]]+)')\]/y;

/**
 * Reads a path as `sensors[0].t`, `switch:0.apower`, `values["a.b"]`, `[2].x`. Undefined where it is none.
 * Linear in its length: each step is matched where the one before has ended.
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: (string | number)[] = [];
  const step = new RegExp(STEP);
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    if (!found || steps.length >= MAX_STEPS) return undefined;
    const [, plain, index, double, single] = found;
    steps.push(index === undefined ? (plain ?? double ?? single ?? '') : Number(index));
  }
  return steps.length > 0 ? steps : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at the path; undefined where nothing does. Only what the document itself holds, nothing inherited. */
export function atJsonPath(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const step of path) {
    if (Array.isArray(value)) {
      value = typeof step === 'number' ? value[step] : undefined;
    } else if (isRecord(value)) {
      const name = String(step);
      value = Object.hasOwn(value, name) ? value[name] : undefined;
    } else return undefined;
  }
  return value;
}
