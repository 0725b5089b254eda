import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { charactersOf, REPLACEMENT, showable } from '../../../../core/discovery/report/pdf/characters.ts';
import { wrap } from '../../../../core/discovery/report/pdf/wrap.ts';

const font = readFileSync(join(import.meta.dirname, '../../../../node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const ten = (text: string): number => Array.from(text).length * 10;

it('knows which characters a font has', () => {
  const has = charactersOf(font);
  for (const char of ['A', 'ß', 'ł', 'Ω', 'Ж', 'ش', '✓', '✗', '…', REPLACEMENT]) expect(has(char.codePointAt(0) ?? 0)).toBe(true);
  for (const char of ['中', '한', '👍', '\u0378']) expect(has(char.codePointAt(0) ?? 0)).toBe(false);
  expect(() => charactersOf(new Uint8Array(64))).toThrow('has no table cmap');
});

it('makes text showable: lines stay, what is not seen goes, what the font lacks is replaced', () => {
  const has = (code: number): boolean => code < 0x250;
  expect(showable('a\tb\u00a0c\r\nd\u2028e', has)).toBe('a b c\nd\ne');
  expect(showable('x\u202ey\u200bz\u00ad\u0000\u001b', has)).toBe('xyz');
  expect(showable('e\u0301 中 \ud800', has)).toBe(`é ${REPLACEMENT} ${REPLACEMENT}`);
});

it('wraps at spaces, splits a word that is longer than a line, and says where it has cut', () => {
  expect(wrap('one two three', 80, ten)).toEqual(['one two', 'three']);
  expect(wrap('abcdefgh', 30, ten)).toEqual(['abc', 'def', 'gh']);
  expect(wrap('supply_pressure/bar', 80, ten)).toEqual(['supply_', 'pressure', '/bar']);
  const wide = (text: string): number => Array.from(text).reduce((sum, char) => sum + (char === 'w' ? 11 : 5), 0);
  expect(wrap('_wwwwww', 50, wide)).toEqual(['_', 'wwww', 'ww']);
  expect(wrap('a\n\nb', 30, ten)).toEqual(['a', '', 'b']);
  expect(wrap('', 30, ten)).toEqual(['']);
  expect(wrap('one two three', 60, ten, 2)).toEqual(['one', 'two …']);
  expect(wrap('one longer', 60, ten, 1)).toEqual(['one …']);
});

it('loses no letter, and no line is wider than allowed', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'ß', '-', '_') }),
      fc.integer({ min: 10, max: 200 }),
      (text, width) => {
        const lines = wrap(text, width, ten);
        for (const line of lines) expect(ten(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      },
    ),
  );
});
