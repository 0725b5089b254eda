import { expect, it } from 'vitest';
import { packOutbox } from '../../../core/functions/packing.ts';
import { isFromInstance } from '../../../core/functions/protocol-guard.ts';

const thrown = { code: 'function/failed', message: '', stack: '', errorType: '', errorMessage: '', stackTrace: [] };

function out(more: object = {}, times: readonly number[] = [5, 1]): object {
  return {
    t: 'out',
    count: times.length / 2,
    failures: [],
    results: [],
    metrics: [],
    logs: [],
    publishes: { first: 0, count: 0, topics: [], answer: false },
    bytes: packOutbox(times, [], new Uint8Array(0)),
    ...more,
  };
}
/** A list whose elements are not there. */
const holes = (length: number): unknown[] => Object.assign([], { length });

it('takes what an instance says', () => {
  expect(isFromInstance(out())).toBe(true);
  expect(isFromInstance(out({ failures: [[0, thrown]], logs: [['info', 'text']], results: [[0, new Uint8Array(1)]] }))).toBe(
    true,
  );
});

it.each([
  ['a list with a hole for the failures', out({ failures: holes(1) })],
  ['a list with a hole for the results', out({ results: holes(1) })],
  ['a list with a hole for the log', out({ logs: holes(3) })],
  ['a list with a hole for the topics', out({ publishes: { first: 0, count: 0, topics: holes(1), answer: false } })],
  ['a list without end', out({ failures: holes(2 ** 32 - 1) })],
  [
    'more failures than events',
    out({
      failures: [
        [0, thrown],
        [1, thrown],
      ],
    }),
  ],
  ['a list of topics without end', out({ publishes: { first: 0, count: 0, topics: holes(2 ** 32 - 1), answer: false } })],
  ['a duration that is no number', out({}, [5, Number.NaN])],
  ['a duration below nothing', out({}, [5, -1])],
  ['a beginning that is no number', out({}, [Number.POSITIVE_INFINITY, 1])],
  ['a fault of a megabyte', out({ failures: [[0, { ...thrown, message: 'x'.repeat(1e6) }]] })],
  ['memory below nothing', { t: 'memory', heapBytes: -1, externalBytes: 0 }],
])('refuses %s', (_what, message) => {
  expect(isFromInstance(message)).toBe(false);
});
