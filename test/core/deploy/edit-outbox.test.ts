import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';
import { editOutbox } from '../../../core/deploy/edit-outbox.ts';
import { documentOf, route, textOf } from './document-of.ts';

const DEMO = readFileSync(new URL('../../../core/demo/site/site.yaml', import.meta.url), 'utf8');

const YAML = `# Pump house, see drawing 12
schema: gatehouse/1
name: pumps   # the short name
outbox:
  # Agreed with the customer
  whenFull: drop-oldest
  streams:
    # Alarms first
    - id: alarms
      filter: "alarms/#"
      keep: { hours: 24, bytes: 1000000 } # a day
    - id: raw
      filter: raw/#
devices: []
`;

const parsed = (text: string) => {
  const result = checkDocument(text);
  if (!result.ok) throw new Error(result.faults.map((one) => `${one.path}: ${one.message}`).join('\n'));
  return result.document;
};
const lines = (text: string): string[] => text.trimEnd().split('\n');
/** The lines of one text that the other does not have. */
const added = (before: string, after: string): string[] => lines(after).filter((line) => !lines(before).includes(line));

describe('editing the outbox in the text', () => {
  it('changes a stream and leaves every other line as it was', () => {
    const text = editOutbox(YAML, { stream: 'alarms', keep: { hours: 48 }, whenFull: 'reject-newest' });
    expect(added(YAML, text)).toEqual([
      'name: pumps # the short name',
      '      keep: { hours: 48, bytes: 1000000 } # a day',
      '      whenFull: reject-newest',
    ]);
    expect(parsed(text).outbox.streams[0]).toMatchObject({ keep: { hours: 48, bytes: 1_000_000 }, whenFull: 'reject-newest' });
  });

  it('adds limits to a stream that has none', () => {
    const text = editOutbox(YAML, { stream: 'raw', keep: { messages: 500 } });
    expect(parsed(text).outbox.streams[1]?.keep).toEqual({ hours: null, bytes: null, messages: 500 });
    expect(text).toContain('# Alarms first');
  });

  it('of a document that says nothing of its outbox keeps the limits of the default', () => {
    const text = editOutbox(DEMO, { stream: null, keep: { hours: 24 } });
    expect(text.startsWith(DEMO.trimEnd())).toBe(true);
    expect(parsed(text).outbox.keep).toEqual({ hours: 24, bytes: 8_589_934_592, messages: null });
    const lifted = editOutbox(DEMO, { stream: null, keep: { bytes: null } });
    expect(parsed(lifted).outbox.keep).toEqual({ hours: 8760, bytes: null, messages: null });
  });

  it('keeps a list at the margin at the margin', () => {
    const text = 'schema: gatehouse/1\nname: x\noutbox:\n  streams:\n  - id: a\n    filter: {f: 1}\n';
    const flat = text.replace('{f: 1}', 'a/#');
    expect(added(flat, editOutbox(flat, { stream: 'a', keep: { hours: 1 } }))).toEqual(['    keep:', '      hours: 1']);
  });

  it('writes JSON as JSON, on one line or indented as it was', () => {
    const one = textOf({ outbox: { streams: [{ id: 'a', filter: 'a/#' }] } });
    expect(JSON.parse(editOutbox(one, { stream: 'a', keep: { hours: 1 } })).outbox.streams[0]).toEqual({
      id: 'a',
      filter: 'a/#',
      keep: { hours: 1 },
    });
    expect(lines(editOutbox(one, { stream: 'a', keep: { hours: 1 } }))).toHaveLength(1);
    const wide = JSON.stringify(JSON.parse(one), null, 4);
    expect(editOutbox(wide, { stream: null, whenFull: 'thin-out' })).toContain('\n        "whenFull": "thin-out"\n');
  });

  it('does not change what shares a part by an alias', () => {
    const shared = `${YAML.slice(0, YAML.indexOf('outbox:'))}outbox:
  keep: &day { hours: 24 }
  streams:
    - { id: a, filter: a/#, keep: *day }
    - { id: b, filter: b/#, keep: *day }
`;
    const { outbox } = parsed(editOutbox(shared, { stream: 'b', keep: { hours: 2 } }));
    expect([outbox.keep.hours, ...outbox.streams.map((one) => one.keep.hours)]).toEqual([24, 24, 2]);
  });

  it('says what cannot be changed', () => {
    expect(() => editOutbox(YAML, { stream: 'none', keep: { hours: 1 } })).toThrow('no stream "none"');
    expect(() => editOutbox(DEMO, { stream: 'rest', keep: { hours: 1 } })).toThrow(
      expect.objectContaining({ code: 'outbox/unknown-stream', remedy: expect.stringContaining('limits of the whole') }),
    );
    expect(() => editOutbox(YAML, { stream: null })).toThrow('nothing to change');
    for (const text of ['', '- 1', ': : :', '{', 'a: [', 'outbox: 5\nx: {'])
      expect(() => editOutbox(text, { stream: null, keep: { hours: 1 } })).toThrow(
        expect.objectContaining({ code: 'document/unreadable' }),
      );
  });

  it('changes only what was asked, in any document, and asking again changes nothing more', () => {
    const limit = fc.option(fc.integer({ min: 1024, max: 1e9 }), { nil: null });
    const keep = fc.record({ hours: fc.integer({ min: 1, max: 8000 }), bytes: limit, messages: limit }, { requiredKeys: [] });
    const stream = fc.record({ keep }, { requiredKeys: [] });
    const outbox = fc.record({ keep, whenFull: fc.constantFrom('drop-oldest', 'drop-lowest') }, { requiredKeys: [] });
    fc.assert(
      fc.property(
        outbox,
        fc.array(stream, { maxLength: 4 }),
        fc.nat(4),
        keep,
        fc.boolean(),
        (whole, streams, at, wanted, asJson) => {
          fc.pre(Object.keys(wanted).length > 0);
          const named = streams.map((one, i) => ({ id: `s${i}`, filter: `s${i}/#`, ...one }));
          // A whole without limits, so that no stream can be beyond it.
          const base = { ...whole, keep: { hours: null, bytes: null, messages: null } };
          const source = textOf({ subscriptions: [route('r', 'local', 'cloud')], outbox: { ...base, streams: named } });
          const text = asJson ? source : source.replace(/,"/g, ', "');
          const target = named[at]?.id ?? null;
          const edited = editOutbox(text, { stream: target, keep: wanted });
          expect(editOutbox(edited, { stream: target, keep: wanted })).toBe(edited);
          const expected = documentOf(JSON.parse(source));
          const part = target === null ? expected.outbox : expected.outbox.streams[at];
          if (part) Object.assign(part, { keep: { ...part.keep, ...wanted } });
          fc.pre(target !== null || named.every((one) => !('keep' in one)));
          expect(parsed(edited)).toEqual(expected);
        },
      ),
    );
  });
});
