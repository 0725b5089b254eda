import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atJsonPath, parseJsonPath } from '../../../core/base/json-path.ts';

const at = (document: unknown, path: string): unknown => {
  const steps = parseJsonPath(path);
  return steps ? atJsonPath(document, steps) : 'no path';
};

describe('a path into JSON', () => {
  const document = { a: { b: [{ c: 1 }, { c: 2 }] }, 'switch:0': { apower: 8.9 }, 'x.y': 3, list: [[4]], n: null };
  it('goes by names and indices', () => {
    expect(at(document, 'a.b[1].c')).toBe(2);
    expect(at(document, 'switch:0.apower')).toBe(8.9);
    expect(at(document, '["x.y"]')).toBe(3);
    expect(at(document, "['x.y']")).toBe(3);
    expect(at(document, 'list[0][0]')).toBe(4);
    expect(at([{ t: 5 }], '[0].t')).toBe(5);
    expect(at(document, 'n')).toBeNull();
  });
  it('finds nothing where nothing is, nor what is inherited', () => {
    for (const path of ['a.z', 'a.b[9].c', 'a.b.c', 'list.length', 'constructor', 'a.__proto__', 'toString', 'n.x']) {
      expect(at(document, path)).toBeUndefined();
    }
  });
  it('is refused where it is none', () => {
    for (const path of ['', '.', 'a..b', 'a[', 'a[x]', 'a.', 'a]', '[0', 'a["b]', `a${'.b'.repeat(40)}`]) {
      expect(at(document, path), path).toBe('no path');
    }
  });
  it('of any text ends, and does not throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.jsonValue(), (path, value) => void at(value, path)),
      { numRuns: 500 },
    );
  });
});
