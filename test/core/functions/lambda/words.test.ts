import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  errorBody,
  exitWords,
  loadWords,
  memoryWords,
  rejectionWords,
  thrownWords,
  timeoutWords,
} from '../../../../core/functions/lambda/error-words.ts';
import { checkResult, resultBytes } from '../../../../core/functions/lambda/result.ts';
import { describeThrown, describeUncaught } from '../../../../core/functions/lambda/thrown.ts';

describe('errors in Lambda’s words', () => {
  const named = Object.assign(new Error('low'), { name: 'LevelError' });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  it.each([
    [new RangeError('too high'), 'RangeError', 'too high'],
    [named, 'LevelError', 'low'],
    [Object.assign(new Error('gone'), { code: 'ENOENT' }), 'ENOENT', 'gone'],
    [Object.assign(new Error('odd'), { code: 17 }), 'Error', 'odd'],
    [Object.assign(new Error('long'), { code: 'C'.repeat(1e6) }), 'C'.repeat(8000), 'long'],
    ['only a text', 'string', 'only a text'],
    [{ a: 1 }, 'object', '{"a":1}'],
    [circle, 'object', 'something that cannot be shown as text'],
    [undefined, 'undefined', 'undefined'],
    [null, 'null', 'null'],
    [7, 'number', '7'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
  ])('%#: %s is a %s', (thrown, errorType, errorMessage) => {
    expect(thrownWords(thrown)).toMatchObject({ errorType, errorMessage });
  });

  it('has the whole stack as lines, and none for what is no error', () => {
    const { stackTrace } = thrownWords(new Error('x'));
    const error = new Error('x');
    const gateway = new URL('../../../../core/functions/', import.meta.url);
    const own = ['Error: x', 'at node:internal is in the message', '    at half (/opt/f/index.js:3:5)'];
    const frames = [
      `    at handle (${gateway.href}thread-loop.ts:40:11)`,
      `    at ${fileURLToPath(gateway)}lambda/handler.ts:1:1`,
      '    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
      '    at async file:///opt/f/util.mjs:9:1',
      '    at new Promise (<anonymous>)',
    ];
    error.stack = [...own, ...frames].join('\n');
    expect(thrownWords(error).stackTrace).toEqual([...own, ...frames.slice(3)]);
    expect(stackTrace[0]).toBe('Error: x');
    expect(stackTrace[1]).toMatch(/^ {4}at .*words\.test\.ts/);
    expect(thrownWords('x').stackTrace).toEqual([]);
    const strange = Object.assign(new Error('x'), { stack: 3 });
    expect(thrownWords(strange).stackTrace).toEqual([]);
  });

  it('bears an error whose own properties throw', () => {
    const spiteful = new Error('x');
    for (const name of ['message', 'stack', 'name', 'code', 'cause']) {
      Object.defineProperty(spiteful, name, {
        get() {
          throw new Error(name);
        },
      });
    }
    expect(describeThrown(spiteful, '/nowhere')).toEqual({
      code: 'function/failed',
      message: 'something that cannot be shown as text',
      stack: '',
      errorType: 'Error',
      errorMessage: 'something that cannot be shown as text',
      stackTrace: [],
    });
    expect(describeUncaught(spiteful, '/nowhere', 'unhandledRejection').errorType).toBe('Runtime.UnhandledPromiseRejection');
  });

  it('writes a body of exactly three names', () => {
    const body: unknown = JSON.parse(Buffer.from(errorBody(thrownWords('x'))).toString());
    expect(body).toEqual({ errorMessage: 'x', errorType: 'string', stackTrace: [] });
  });

  it('words what was found from outside', () => {
    expect(timeoutWords('r-1', 3000)).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'r-1 Task timed out after 3.00 seconds',
    });
    expect(timeoutWords('r-1', 150).errorMessage).toBe('r-1 Task timed out after 0.15 seconds');
    expect(exitWords('r-1', 3)).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 3',
    });
    expect(exitWords('r-1', 0).errorMessage).toBe('RequestId: r-1 Error: Runtime exited without providing a reason');
    expect(exitWords('r-1', null).errorMessage).toMatch(/signal: killed$/);
    expect(memoryWords('r-1', 64).errorType).toBe('Runtime.OutOfMemory');
    expect(rejectionWords(new TypeError('x'))).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'TypeError: x',
    });
    expect(loadWords(Object.assign(new Error('no a'), { code: 'MODULE_NOT_FOUND' }))).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: 'Error: no a',
    });
    expect(loadWords(new SyntaxError('odd'))).toMatchObject({
      errorType: 'Runtime.UserCodeSyntaxError',
      errorMessage: 'SyntaxError: odd',
    });
    expect(loadWords(new Error('own')).errorType).toBe('Error');
  });

  it('keeps the code of the gateway’s own refusals, and of no others', () => {
    const coded = (code: string) => describeThrown(Object.assign(new Error('x'), { code }), '/nowhere').code;
    expect(coded('function/denied')).toBe('function/denied');
    expect(coded('function/publish-limit')).toBe('function/publish-limit');
    expect(coded('function/load-failed')).toBe('function/failed');
    expect(describeUncaught('x', '/nowhere', 'unhandledRejection').errorType).toBe('Runtime.UnhandledPromiseRejection');
    expect(describeUncaught('x', '/nowhere', 'uncaughtException').errorType).toBe('string');
  });
});

describe('results', () => {
  const text = (encoding: 'json' | 'binary', result: unknown): string => Buffer.from(resultBytes(encoding, result)).toString();
  it.each([
    ['json', undefined, 'null'],
    ['json', null, 'null'],
    ['json', 'a', '"a"'],
    ['json', { a: [1] }, '{"a":[1]}'],
    ['json', Buffer.from('a'), '{"type":"Buffer","data":[97]}'],
    ['binary', Buffer.from('raw'), 'raw'],
    ['binary', new Uint8Array([114, 97, 119]).buffer, 'raw'],
    ['binary', 'text', 'text'],
    ['binary', { a: 1 }, '{"a":1}'],
    ['binary', undefined, 'null'],
  ] as const)('%s %s is %s', (encoding, result, expected) => {
    expect(text(encoding, result)).toBe(expected);
    expect(() => checkResult(encoding, result)).not.toThrow();
  });

  it('refuses what JSON cannot say', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const result of [circle, 1n, { a: 1n }, () => 1, Symbol('s')]) {
      expect(() => resultBytes('json', result)).toThrow(/the result cannot be written as JSON/);
      expect(() => checkResult('json', result)).toThrow(/the result cannot be written as JSON/);
    }
  });
});
