import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffDocuments } from '../../../core/deploy/diff.ts';
import { device, documentOf, inline, route } from './document-of.ts';

describe('diffDocuments', () => {
  it('shows everything as added where nothing runs', () => {
    const after = documentOf({
      devices: [device('a')],
      functions: [inline('f', 'x')],
      subscriptions: [route('r', 'device:a', 'cloud')],
    });
    expect(diffDocuments(null, after).map((one) => [one.kind, one.area, one.id])).toEqual([
      ['added', 'device', 'a'],
      ['added', 'function', 'f'],
      ['added', 'subscription', 'r'],
      ['added', 'setting', 'site'],
    ]);
  });

  it('shows each changed field with its old and new value, and what came and went', () => {
    const before = documentOf({ devices: [device('a'), device('b')], functions: [inline('f', 'x')] });
    const after = documentOf({
      devices: [device('c'), device('a', { name: 'Door', points: [{ name: 'open' }, { name: 'count' }] })],
      functions: [inline('f', 'y')],
      settings: { hopLimit: 3 },
    });
    expect(diffDocuments(before, after)).toEqual([
      { kind: 'added', area: 'device', id: 'c', fields: [] },
      {
        kind: 'changed',
        area: 'device',
        id: 'a',
        fields: [
          { path: 'name', before: '"a"', after: '"Door"' },
          { path: 'points[1]', before: '', after: '{"name":"count"}' },
        ],
      },
      { kind: 'removed', area: 'device', id: 'b', fields: [] },
      { kind: 'changed', area: 'function', id: 'f', fields: [{ path: 'code.inline', before: '"x"', after: '"y"' }] },
      { kind: 'changed', area: 'setting', id: 'site', fields: [{ path: 'hopLimit', before: '8', after: '3' }] },
    ]);
  });

  it('cuts long values', () => {
    const [change] = diffDocuments(
      documentOf({ functions: [inline('f', 'x')] }),
      documentOf({ functions: [inline('f', 'y'.repeat(9000))] }),
    );
    expect(change?.fields[0]?.after).toHaveLength(401);
  });

  it('is empty for the same document, in whatever order its parts stand', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
    fc.assert(
      fc.property(ids, fc.boolean(), (names, turned) => {
        const parts = names.map((id) => device(id));
        const before = documentOf({ devices: parts });
        const after = documentOf({ devices: turned ? parts.toReversed() : parts });
        expect(diffDocuments(before, after)).toEqual([]);
      }),
    );
  });
});
