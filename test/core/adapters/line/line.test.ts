import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineAdapter } from '../../../../core/adapters/line/adapter.ts';
import { createLineDecoder } from '../../../../core/adapters/line/codec.ts';
import { createLineFramer } from '../../../../core/adapters/line/framer.ts';
import { compilePattern } from '../../../../core/adapters/line/pattern.ts';
import { checkPattern } from '../../../../core/contract/document/line-pattern.ts';
import { createHarness, device, never } from '../harness.ts';

const line = (raw: Record<string, unknown>) =>
  device({ adapter: 'line', link: { kind: 'simulated', model: 'barcode-scanner' }, points: [{ name: 'weight' }], ...raw });
const text = (heard: { kind: string; bytes: Uint8Array }[]) =>
  heard.map(({ kind, bytes }) => `${kind}:${Buffer.from(bytes).toString('latin1')}`);
const bytes = (value: string) => Buffer.from(value, 'latin1');

describe('cutting lines', () => {
  it('joins pieces, splits what is merged, drops the carriage return', () => {
    const framer = createLineFramer(bytes('\n'), 100);
    expect(['a', 'b\r', '\nc\nd', '\n'].flatMap((chunk) => text(framer.push(bytes(chunk))))).toEqual([
      'line:ab',
      'line:c',
      'line:d',
    ]);
  });
  it('takes a delimiter of several bytes that comes in pieces', () => {
    const framer = createLineFramer(bytes('<>'), 10);
    expect(['1<', '>2', '<>'].flatMap((chunk) => text(framer.push(bytes(chunk))))).toEqual(['line:1', 'line:2']);
  });
  it('discards a line that is too long, once, and goes on behind it', () => {
    const framer = createLineFramer(bytes('\n'), 4);
    expect(['1234567', '89', 'abcdef\n12', '\n'].flatMap((chunk) => text(framer.push(bytes(chunk))))).toEqual([
      'too-long:1234',
      'line:12',
    ]);
    expect(text(framer.push(bytes('12345\n1\n')))).toEqual(['too-long:1234', 'line:1']);
  });
  it('gives the same lines however the bytes are cut, and holds little', () => {
    const property = fc.property(
      fc.array(fc.stringMatching(/^[a-c]{0,6}$/), { maxLength: 6 }),
      fc.array(fc.nat({ max: 5 })),
      (lines, cuts) => {
        const stream = lines.map((one) => `${one}\r\n`).join('');
        const framer = createLineFramer(bytes('\r\n'), 6);
        const heard: string[] = [];
        let from = 0;
        for (const cut of cuts) {
          heard.push(...text(framer.push(bytes(stream.slice(from, from + cut)))));
          from += cut;
        }
        heard.push(...text(framer.push(bytes(stream.slice(from)))));
        expect(heard).toEqual(lines.map((one) => `line:${one}`));
      },
    );
    fc.assert(property);
  });
});

describe('reading lines', () => {
  const read = (raw: Record<string, unknown>, value: string) => {
    const decoded = createLineDecoder(line(raw))(bytes(value));
    return decoded.ok ? decoded.readings.map(({ value: one, note }) => note ?? one) : decoded.why;
  };
  it.each([
    ['the whole line', {}, ' 12.5 ', [12.5]],
    ['a sign with room behind it', {}, '-   12.50', [-12.5]],
    ['a decimal comma', {}, '12,5', [12.5]],
    ['scale and offset', { points: [{ name: 'w', scale: 0.001, offset: 1 }] }, '1500', [2.5]],
    ['a group by the name of the point', { pattern: 'ST,GS,(?<weight>[-+ ]*[0-9.]+)kg' }, 'ST,GS,+  7.25kg', [7.25]],
    ['a group by another name', { pattern: 'W=(?<w>\\d+)', points: [{ name: 'weight', from: 'w' }] }, 'W=7', [7]],
    ['columns in order', { separator: ';', points: [{ name: 'a' }, { name: 'b', type: 'text' }] }, '1; x y ', [1, 'x y']],
    ['a column by number', { separator: ';', points: [{ name: 'a', from: 2 }] }, '1;2;3', [3]],
    ['a column that is missing', { separator: ';', points: [{ name: 'a' }, { name: 'b' }] }, '1', [1, 'not in the line']],
    [
      'booleans',
      {
        separator: ' ',
        points: [
          { name: 'a', type: 'boolean' },
          { name: 'b', type: 'boolean' },
        ],
      },
      'ON no',
      [true, false],
    ],
    [
      'a boolean that is none',
      { separator: ' ', points: [{ name: 'a' }, { name: 'b', type: 'boolean' }] },
      '1 maybe',
      [1, '"maybe" is neither yes nor no'],
    ],
    ['latin1', { encoding: 'latin1', points: [{ name: 'a', type: 'text' }] }, 'K\xe4se', ['Käse']],
  ])('%s', (_name, raw, value, wanted) => expect(read(raw, value)).toEqual(wanted));

  it.each([
    ['no number', {}, 'abc', 'weight: "abc" is not a number'],
    ['no match', { pattern: '^W(?<weight>\\d+)$' }, 'X1', 'the line does not match the pattern'],
    ['not ASCII', { encoding: 'ascii' }, '\xff', 'bytes that are not ASCII'],
  ])('calls %s a bad frame', (_name, raw, value, why) => expect(read(raw, value)).toBe(why));

  it('never throws', () => {
    const decode = createLineDecoder(
      line({ separator: ',', points: [{ name: 'a' }, { name: 'b', type: 'boolean' }, { name: 'c', type: 'text' }] }),
    );
    fc.assert(fc.property(fc.uint8Array(), (noise) => void decode(noise)));
  });
});

describe('patterns', () => {
  it.each(['(a+)+b', '(?:(?<x>\\d*)x)*', '((a{2,})b)+', '(.*,)+x'])('%s is refused', (source) => {
    expect(checkPattern(source)).toContain('repeat');
    expect(() => compilePattern(source)).toThrow(expect.objectContaining({ code: 'adapter/bad-pattern' }));
  });
  it.each(['(?<a>[0-9.]+)\\s*kg', '(a|b)+', '[(+]+', '\\(+\\)+', '(?:ab)?(?<x>\\d+),(?<y>\\d+)', 'a{2,3}'])(
    '%s is allowed',
    (source) => {
      expect(checkPattern(source)).toBeUndefined();
    },
  );
  it('that are no regular expression are refused with the reason', () => expect(checkPattern('(a')).toMatch(/parenthes|group/i));
  it('that take too long are stopped', () => {
    const match = compilePattern('(x|x|x|x)*y');
    expect(() => match('x'.repeat(60))).toThrow(expect.objectContaining({ code: 'adapter/bad-pattern' }));
    const cubic = compilePattern('x*x*x*x*x*y');
    expect(() => cubic('x'.repeat(1000))).toThrow(expect.objectContaining({ code: 'adapter/bad-pattern' }));
  });
  it('under the watchdog find what they should', () => {
    expect(compilePattern('(?<a>\\d+),(?<b>\\d+)')('x 1,22')?.groups).toMatchObject({ a: '1', b: '22' });
    expect(compilePattern('(?<a>\\d+),(?<b>\\d+)')('none')).toBeNull();
  });
});

describe('a line device', () => {
  it('emits a batch per line and counts what it cannot read', async () => {
    const { context, links, batches, faults, frames, clock } = createHarness();
    const session = await lineAdapter.open(line({ separator: ',', maxLength: 10 }), context, never);
    const port = links.opened[0];
    port?.hear('1');
    port?.hear('.5\r\n\r\nabc\n');
    port?.hear(`${'9'.repeat(50)}\n2\n`);
    expect(batches.map(({ readings }) => readings[0]?.value)).toEqual([1.5, 2]);
    expect(faults).toEqual(['adapter/bad-frame', 'adapter/bad-frame']);
    expect(frames.map(({ decoded }) => decoded)).toEqual([
      'weight = 1.5',
      'weight: "abc" is not a number',
      'a line longer than 10 bytes',
      'weight = 2',
    ]);
    port?.lose();
    expect(await session.closed).toMatchObject({ code: 'link/lost' });
    expect(clock.pending).toBe(0);
  });
  it('ends its session, with the reason, when the pattern hangs', async () => {
    const { context, links } = createHarness();
    const session = await lineAdapter.open(line({ pattern: '(x|x|x|x)*(?<weight>y)' }), context, never);
    links.opened[0]?.hear(`${'x'.repeat(100)}\n`);
    expect(await session.closed).toMatchObject({ code: 'adapter/bad-pattern' });
    expect(links.opened[0]?.open).toBe(false);
  });
  it('does not open the port with a pattern that is wrong', async () => {
    const { context, links } = createHarness();
    await expect(lineAdapter.open(line({ pattern: '(a+)+' }), context, never)).rejects.toMatchObject({
      code: 'adapter/bad-pattern',
    });
    expect(links.attempts).toBe(0);
  });
});

it('gives no number that is none when the scale makes it too large', () => {
  const decode = createLineDecoder(line({ points: [{ name: 'weight', scale: 1e10 }] }));
  expect(decode(bytes('1e305'))).toMatchObject({ ok: false, why: 'weight: too large for a number' });
});
