import { expect, it } from 'vitest';
import { markBacklog, rangesOf } from '../../../../core/cloud/custody/drain-watch.ts';
import { createMemorySpool } from '../../../../core/store/memory-spool.ts';

it('answers for no number that a source never had, because it began above those of others that were forgotten', async () => {
  const reads = {
    ...createMemorySpool(),
    sources: async () => [
      { source: 'client:a', custody: 12, sequence: 1, began: 10 },
      { source: 'client:b', custody: 10, sequence: 1, began: 10 },
      { source: 'client:c', custody: 15, sequence: 1, began: 10 },
      { source: 'device:d', custody: 3, sequence: 1 },
    ],
  };
  const { sources } = await rangesOf(reads, await markBacklog(reads), new Map([['client:c', 13]]));
  expect(sources).toEqual([
    { source: 'client:a', first: 11, last: 12, gaps: [] },
    { source: 'client:c', first: 14, last: 15, gaps: [] },
    { source: 'device:d', first: 1, last: 3, gaps: [] },
  ]);
});
