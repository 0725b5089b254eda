import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTextTable } from '../../../core/functions/text-table.ts';

it('keeps each text once, and every place names its text', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'a/b', '', 'ü'), { maxLength: 30 }), (texts) => {
      const table = createTextTable();
      const places = texts.map(table.place);
      expect(places.map((place) => table.texts[place])).toEqual(texts);
      expect(table.texts).toEqual([...new Set(texts)]);
    }),
  );
});
