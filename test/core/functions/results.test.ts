import { expect, it } from 'vitest';
import type { InstanceEnd } from '../../../core/functions/instance-seam.ts';
import { brokenEnding } from '../../../core/functions/results.ts';

const LIMITS = { timeoutMs: 3000, memoryMb: 64 };
const END: InstanceEnd = { kind: 'crash', code: 'function/failed', message: '', stack: '', last: undefined, exitCode: null };
const bodyOf = (end: Partial<InstanceEnd>): unknown =>
  JSON.parse(Buffer.from(brokenEnding({ ...END, ...end }, 'r-1', LIMITS, 5000).payload).toString('utf8'));

it.each<[string, Partial<InstanceEnd>, RegExp]>([
  [
    'too much scratch space',
    { code: 'function/scratch-full', message: 'function "a" holds more scratch space than allowed' },
    /scratch/,
  ],
  ['a signal from outside', { message: 'the process of function "a" broke: SIGKILL' }, /SIGKILL/],
])('an end by %s is no rejection that nobody looked at', (_what, end, words) => {
  expect(bodyOf(end)).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(words),
    stackTrace: [],
  });
  expect(bodyOf(end)).toMatchObject({ errorMessage: expect.stringMatching(/^RequestId: r-1 Error: /) });
});
