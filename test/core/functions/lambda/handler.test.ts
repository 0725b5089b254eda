import { describe, expect, it } from 'vitest';
import type { FunctionContext } from '../../../../core/functions/lambda/context.ts';
import { createContexts } from '../../../../core/functions/lambda/contexts.ts';
import type { EmptyLoop, Handler } from '../../../../core/functions/lambda/contract.ts';
import { invoke } from '../../../../core/functions/lambda/handler.ts';

const config = { name: 'alarm', version: 4, memoryMb: 64, functionArn: 'arn:alarm:4', longLived: false };
const facts = { requestId: 'r-1', topic: 'plant/level', source: 'device:meter', attempt: 1, deadline: 3000, clientContext: null };

/** An event loop that is empty when the test says so. */
function emptyLoop(): EmptyLoop & { empty(): void; readonly waiting: number } {
  const waiting = new Set<() => void>();
  return {
    onEmpty(fn) {
      waiting.add(fn);
      return () => void waiting.delete(fn);
    },
    empty() {
      for (const fn of waiting) fn();
    },
    get waiting() {
      return waiting.size;
    },
  };
}
function start(call: Handler['call'], more: { takesCallback?: boolean; longLived?: boolean } = {}) {
  const loop = emptyLoop();
  const make = createContexts({ ...config, longLived: more.longLived ?? false }, () => 0);
  const handler = { takesCallback: more.takesCallback ?? true, call };
  const result = invoke(handler, {}, (done) => make(facts, async () => {}, done), loop);
  const state = { ended: false };
  const end = (): void => {
    state.ended = true;
  };
  Promise.resolve(result).then(end, end);
  return { loop, result, state };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('how an invocation ends', () => {
  it('with a promise, at once', async () => {
    await expect(start(async () => 3).result).resolves.toBe(3);
    await expect(start(() => Promise.reject(new Error('no'))).result).rejects.toThrow('no');
  });

  it('with the plain return of a handler that declares no callback', () => {
    expect(start(() => 4, { takesCallback: false }).result).toBe(4);
  });

  it('with a throw', () => {
    const call = (): never => {
      throw new Error('at once');
    };
    expect(() => start(call)).toThrow('at once');
  });

  it('with the callback, when the event loop is empty', async () => {
    const { loop, result, state } = start((_event, _context, callback) => callback(null, 'told'));
    await turn();
    expect(state.ended).toBe(false);
    loop.empty();
    await expect(result).resolves.toBe('told');
  });

  it('with the callback at once where the function does not want to wait', async () => {
    const { loop, result } = start((_event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(null, 'told');
    });
    await expect(result).resolves.toBe('told');
    expect(loop.waiting).toBe(0);
  });

  it('with the callback at once in a long-lived function, whose loop is never empty', async () => {
    await expect(start((_e, _c, callback) => callback(null, 1), { longLived: true }).result).resolves.toBe(1);
  });

  it('with an error of the callback at once, which wins over the result', async () => {
    await expect(start((_e, _c, callback) => callback('bad', 1)).result).rejects.toBe('bad');
    await expect(start((_e, _c, callback) => void queueMicrotask(() => callback('bad'))).result).rejects.toBe('bad');
  });

  it('with the first call only', async () => {
    const { loop, result } = start((_event, _context, callback) => {
      callback(null, 1);
      callback(null, 2);
      callback(new Error('late'));
    });
    loop.empty();
    await expect(result).resolves.toBe(1);
  });

  it('with null where the callback says undefined, and where nothing is left that could call it', async () => {
    const said = start((_event, _context, callback) => callback());
    said.loop.empty();
    await expect(said.result).resolves.toBeNull();
    const silent = start(() => 5);
    silent.loop.empty();
    await expect(silent.result).resolves.toBeNull();
  });

  it('with the callback’s word where an async handler returns nothing', async () => {
    await expect(start(async (_e, _c, callback) => callback(null, 'told')).result).resolves.toBe('told');
    await expect(start(async (_e, _c, callback) => callback(new Error('bad'))).result).rejects.toThrow('bad');
    await expect(
      start(async (_e, _c, callback) => {
        callback(null, 'told');
        return 'returned';
      }).result,
    ).resolves.toBe('returned');
  });
});

describe('context.done, succeed and fail of the oldest runtimes', () => {
  type End = (context: FunctionContext) => void;
  it.each<[string, End, unknown]>([
    ['done', (context) => context.done(null, 'a'), 'a'],
    ['succeed', (context) => context.succeed('b'), 'b'],
    ['succeed without a result', (context) => context.succeed(), null],
    ['handed on without its context', ({ succeed }) => void Promise.resolve('c').then(succeed), 'c'],
  ])('%s ends it at once', async (_what, end, expected) => {
    await expect(start((_event, context) => end(context)).result).resolves.toBe(expected);
  });
  it.each<[string, End, unknown]>([
    ['done', (context) => context.done('x'), 'x'],
    ['fail', (context) => context.fail('y'), 'y'],
    ['fail without an error', (context) => context.fail(undefined), 'handled'],
  ])('%s fails it', async (_what, end, expected) => {
    await expect(start((_event, context) => end(context)).result).rejects.toBe(expected);
  });
});
