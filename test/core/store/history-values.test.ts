import { TextDecoder } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplesOf } from '../../../core/store/sqlite/history-values.ts';

const at = { wallMs: 1_767_225_600_000, monoMs: 0, bootId: 'b', trust: 'synced' as const };
const decoder = new TextDecoder('utf-8', { fatal: true });
const read = (payload: string | Uint8Array): string[] =>
  samplesOf({ topic: 't', payload: typeof payload === 'string' ? Buffer.from(payload) : payload, at }, decoder).map(
    (one) => `${one.series} ${one.num} ${one.text} q${one.quality} +${one.at - at.wallMs}`,
  );

describe('values for the history', () => {
  it.each<[string, string[]]>([
    ['21.5', ['t 21.5 null q0 +0']],
    ['"open"', ['t null open q0 +0']],
    ['true', ['t 1 true q0 +0']],
    ['false', ['t 0 false q0 +0']],
    ['{"value":3}', ['t 3 null q0 +0']],
    ['{"value":3,"unit":"V","other":4}', ['t 3 null q0 +0']],
    ['{"value":3,"quality":"stale"}', ['t 3 null q1 +0']],
    ['{"value":3,"quality":"bad"}', ['t null null q2 +0']],
    ['{"value":null,"quality":"bad","note":"no answer"}', ['t null null q2 +0']],
    ['{"value":3,"at":1767225599000}', ['t 3 null q0 +-1000']],
    ['{"value":3,"at":12}', ['t 3 null q0 +0']],
    ['{"value":3,"at":"soon"}', ['t 3 null q0 +0']],
    ['{"lat":1,"ok":true,"deep":{"a":1},"list":[1]}', ['t/lat 1 null q0 +0', 't/ok 1 true q0 +0']],
    ['{"values":{"lat":1,"lon":2},"rssi":-60}', ['t/lat 1 null q0 +0', 't/lon 2 null q0 +0']],
    ['{"values":{"lat":null},"quality":"bad"}', ['t/lat null null q2 +0']],
    ['{"values":7}', ['t/values 7 null q0 +0']],
    ['{"t":5,"at":1767225600001,"unit":"C"}', ['t/t 5 null q0 +1']],
    ['{}', []],
    ['null', []],
    ['[1,2]', []],
    ['1e999', []],
    ['hello', []],
    ['', []],
    [`"${'x'.repeat(65)}"`, []],
    [`{"value":"${'x'.repeat(70_000)}"}`, []],
  ])('reads %.60s', (payload, expected) => {
    expect(read(payload)).toEqual(expected);
  });

  it('takes no more than 64 values of one message', () => {
    expect(read(JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n])))).length).toBe(64);
  });

  it('never throws, and never gives a value that cannot be stored', () => {
    const payloads = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new Uint8Array(Buffer.from(text))),
    );
    fc.assert(
      fc.property(payloads, (payload) => {
        for (const one of samplesOf({ topic: 't', payload, at }, decoder)) {
          expect(one.num === null || Number.isFinite(one.num)).toBe(true);
          expect(Number.isInteger(one.at)).toBe(true);
          expect(one.series.startsWith('t')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
