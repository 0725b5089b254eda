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

  it('shows the outbox: the whole, each stream, and their order', () => {
    const alarms = { id: 'alarms', filter: 'alarms/#', keep: { hours: 24 } };
    const raw = { id: 'raw', filter: 'raw/#' };
    const before = documentOf({ outbox: { streams: [alarms, raw] } });
    const after = documentOf({
      outbox: { keep: { hours: 100 }, streams: [{ id: 'new', filter: 'n/#' }, raw, { ...alarms, keep: { hours: 48 } }] },
    });
    expect(diffDocuments(before, after)).toEqual([
      {
        kind: 'changed',
        area: 'setting',
        id: 'outbox',
        fields: [
          { path: 'keep.hours', before: '8760', after: '100' },
          { path: 'keep.bytes', before: '8589934592', after: 'null' },
          { path: 'order', before: '"alarms, raw"', after: '"raw, alarms"' },
        ],
      },
      { kind: 'added', area: 'setting', id: 'outbox/new', fields: [] },
      {
        kind: 'changed',
        area: 'setting',
        id: 'outbox/alarms',
        fields: [{ path: 'keep.hours', before: '24', after: '48' }],
      },
    ]);
    expect(diffDocuments(after, documentOf({})).map((one) => `${one.kind} ${one.id}`)).toEqual([
      'changed outbox',
      'removed outbox/new',
      'removed outbox/raw',
      'removed outbox/alarms',
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
