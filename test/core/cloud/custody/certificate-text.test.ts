import { expect, it } from 'vitest';
import { certificateHash, certificateText, missingIn } from '../../../../core/cloud/custody/certificate-text.ts';

const gap = (first: number, last: number, count: number, reason = 'expired') => ({
  source: 'x',
  first,
  last,
  count,
  reason,
  at: 0,
});
const known = {
  id: 'Gatehouse-7',
  gateway: 'Gatehouse',
  sources: [
    { source: 'device:pump', first: 1, last: 4, gaps: [] },
    { source: 'client:a"b\n', first: 10, last: 30, gaps: [gap(20, 22, 3), gap(11, 29, 5, 'thinned')] },
  ],
};

it('writes the canonical text of a certificate, sources and gaps in order', () => {
  expect(certificateText(known)).toBe(
    [
      '["gatehouse-certificate",1,"Gatehouse-7","Gatehouse"]',
      String.raw`["client:a\"b\n",10,30,[[11,29,5,"thinned"],[20,22,3,"expired"]]]`,
      '["device:pump",1,4,[]]',
      '',
    ].join('\n'),
  );
});

it('hashes it so that anybody gets the same', () => {
  // printf of the lines above | sha256sum
  expect(certificateHash(known)).toBe('c66bcdd84ec41aac62ed869d22d7debb26e61a4e82f38ed13a8ef41c29aa6155');
  expect(certificateHash({ ...known, sources: known.sources.toReversed() })).toBe(certificateHash(known));
  expect(certificateHash({ ...known, id: 'Gatehouse-8' })).not.toBe(certificateHash(known));
});

it('lets a far end see what is missing and not explained', () => {
  const received = new Set([1, 2, 5, 6, 7, 9, 10]);
  const has = (_source: string, seq: number): boolean => received.has(seq);
  const range = (gaps: ReturnType<typeof gap>[]) => [{ source: 'device:pump', first: 1, last: 10, gaps }];
  expect(missingIn(range([gap(3, 4, 2), gap(8, 8, 1)]), has)).toEqual([]);
  expect(missingIn(range([gap(1, 10, 3, 'thinned')]), has)).toEqual([]);
  expect(missingIn(range([gap(8, 8, 1)]), has)).toEqual([{ source: 'device:pump', first: 3, last: 4, count: 2 }]);
  expect(missingIn(range([gap(1, 10, 2, 'thinned')]), has)).toEqual([{ source: 'device:pump', first: 8, last: 8, count: 1 }]);
});
