import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deltaOf,
  type Json,
  type JsonObject,
  mergeSection,
  metadataOf,
  sameJson,
} from '../../../core/shadows/shadow-document.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString');
const scalar = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constantFrom('x', 'y'));
const { tree } = fc.letrec<{ tree: JsonObject; node: Json }>((tie) => ({
  tree: fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, fc.array(scalar, { maxLength: 2 }), tie('tree')),
}));
const { patch } = fc.letrec<{ patch: JsonObject; node: Json }>((tie) => ({
  patch: fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.constant(null),
    fc.array(scalar, { maxLength: 2 }),
    tie('patch'),
  ),
}));

/** Leaves by their path; a leaf is a scalar, a list, or an empty object. A naive model that knows no recursion of its own. */
type Leaves = Map<string, string>;
function leavesOf(value: Json, path = '$', out: Leaves = new Map()): Leaves {
  const isTree = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isTree) return out.set(path, JSON.stringify(value));
  for (const [name, one] of Object.entries(value)) leavesOf(one, `${path}\u0001${name}`, out);
  return out;
}
const section = (state: JsonObject, at = 1) => mergeSection(undefined, state, at) ?? { state: {}, metadata: {} };
const under = (path: string, root: string): boolean => path === root || path.startsWith(`${root}\u0001`);

it('merges: every leaf of the patch is there, removed ones are not, and nothing else has changed', () => {
  fc.assert(
    fc.property(tree, patch, (before, change) => {
      const merged = mergeSection(section(before), change, 2) ?? { state: {}, metadata: {} };
      const [old, now] = [leavesOf(section(before).state), leavesOf(merged.state)];
      const wanted = [...leavesOf(change)].filter(([path, text]) => path !== '$' && text !== '{}');
      for (const [path, text] of wanted) {
        if (text === 'null') expect([...now.keys()].filter((one) => under(one, path))).toEqual([]);
        else expect(now.get(path)).toBe(text);
      }
      const paths = [...leavesOf(change).keys()];
      for (const [path, text] of old) {
        if (!paths.some((one) => under(path, one) || under(one, path))) expect(now.get(path)).toBe(text);
      }
      const known = new Set([...old, ...wanted].map(([path]) => path));
      for (const [path, text] of now) expect(known.has(path) || text === '{}').toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('keeps metadata in the form of the state: old times where nothing was written, new ones where it was', () => {
  const shape = (value: Json): unknown =>
    Array.isArray(value)
      ? value.map(shape)
      : typeof value === 'object' && value !== null
        ? Object.entries(value).map(([name, one]) => [name, shape(one)])
        : 'leaf';
  const metaShape = (meta: unknown): unknown =>
    Array.isArray(meta)
      ? meta.map(metaShape)
      : typeof meta === 'object' && meta !== null && 'timestamp' in meta && typeof meta.timestamp === 'number'
        ? 'leaf'
        : Object.entries(meta ?? {}).map(([name, one]) => [name, metaShape(one)]);
  fc.assert(
    fc.property(tree, patch, (before, change) => {
      const merged = mergeSection(section(before), change, 2);
      if (merged) expect(metaShape(merged.metadata)).toEqual(shape(merged.state));
    }),
    { numRuns: 500 },
  );
  const merged = mergeSection(section({ a: { x: 1, y: [1, 2] }, b: 1 }, 1), { a: { x: 5 } }, 2);
  expect(JSON.parse(JSON.stringify(merged?.metadata))).toEqual({
    a: { x: { timestamp: 2 }, y: [{ timestamp: 1 }, { timestamp: 1 }] },
    b: { timestamp: 1 },
  });
});

it('gives as delta exactly what, merged into reported, leaves no delta; and nothing that is the same already', () => {
  fc.assert(
    fc.property(tree, tree, (want, have) => {
      const sections = { desired: section(want), reported: section(have) };
      const delta = deltaOf(sections);
      if (!delta) {
        const reported = leavesOf(sections.reported.state);
        for (const [path, text] of leavesOf(sections.desired.state)) if (text !== '{}') expect(reported.get(path)).toBe(text);
        return;
      }
      const reported = mergeSection(sections.reported, delta.state, 2);
      if (!reported) throw new Error('nothing was merged');
      expect(deltaOf({ desired: sections.desired, reported })).toBeUndefined();
      const already = leavesOf(sections.reported.state);
      for (const [path, text] of leavesOf(delta.state)) expect(already.get(path)).not.toBe(text);
    }),
    { numRuns: 1000 },
  );
});

it('keeps to the local manager where a submitted object holds nothing', () => {
  const state = (before: JsonObject | undefined, change: JsonObject): unknown =>
    JSON.parse(JSON.stringify(mergeSection(before && section(before), change, 1)?.state ?? null));
  expect(state(undefined, { a: null })).toBeNull();
  expect(state(undefined, {})).toEqual({});
  expect(state({}, { a: { b: { c: null } }, d: 1 })).toEqual({ d: 1 });
  expect(state({}, { a: {} })).toEqual({ a: {} });
  expect(state({ a: { b: 1 } }, { a: { b: null } })).toEqual({ a: {} });
  expect(state({ a: 1 }, { a: null })).toEqual({});
  expect(state({ a: [1, 2] }, { a: [3] })).toEqual({ a: [3] });
});

it('compares numbers by value, lists in order, objects in any', () => {
  expect(sameJson(JSON.parse('[1.0, {"a":1,"b":2}]'), JSON.parse('[1, {"b":2.0,"a":1}]'))).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({}, [])).toBe(false);
  expect(sameJson({ a: 1 }, JSON.parse('{"__proto__":1}'))).toBe(false);
  expect(sameJson(null, {})).toBe(false);
});

it('has one time for each element of a list', () => {
  expect(metadataOf([1, [2], { a: 3 }], 7)).toEqual([{ timestamp: 7 }, [{ timestamp: 7 }], { a: { timestamp: 7 } }]);
});
