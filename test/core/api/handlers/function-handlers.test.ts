import { expect, it } from 'vitest';
import { createFunctionHandlers, invocationView } from '../../../../core/api/handlers/function-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { base64, CLI, CONSOLE, createFunctionRuntime, OUTCOME, signal } from './function-runtime.ts';

function build() {
  const world = createFunctionRuntime();
  return { ...world, handlers: createFunctionHandlers(world.runtime) };
}
const input = (more: object = {}) =>
  METHODS['function.invoke'].input.parse({ name: 'energy-minutes', payload: base64('{"a":1}'), ...more });

it('invokes as the caller that asked, and gives result, timing, log and what was published', async () => {
  const world = build();
  const answer = await world.handlers['function.invoke'](input(), signal, CONSOLE);
  expect(METHODS['function.invoke'].output.parse(answer)).toEqual({
    requestId: 'r-1',
    functionError: '',
    statusCode: 200,
    payload: base64('{"ok":true}'),
    durationMs: 4.5,
    waitedMs: 0.25,
    cold: true,
    logs: [{ level: 'info', text: 'hello' }],
    published: [{ topic: 'a/b', size: 5000, payload: Buffer.alloc(4096, 7).toString('base64') }],
    unlisted: { logs: 0, published: 0 },
  });
  const [{ name, request } = { name: '', request: undefined }] = world.invoked;
  expect([name, Buffer.from(request?.payload ?? []).toString()]).toEqual(['energy-minutes', '{"a":1}']);
  expect(request).toMatchObject({ by: CONSOLE, subject: 'gatehouse/invoke', hops: 0, observe: true });
  expect(request).not.toHaveProperty('clientContext');
  expect(world.audit()).toEqual(['function:energy-minutes function.invoked energy-minutes was invoked by hand.']);
});

it('sends no more than a megabyte of what was published', () => {
  const published = Array.from({ length: 300 }, () => ({ topic: 'a', payload: Buffer.alloc(5000) }));
  const view = invocationView({ ...OUTCOME, published, unlisted: { logs: 0, published: 2 } });
  expect(view.published.map(({ size }) => size)).toEqual(Array(300).fill(5000));
  expect(view.published.reduce((sum, { payload }) => sum + Buffer.from(payload, 'base64').length, 0)).toBe(1_048_576);
  expect(view.unlisted).toEqual({ logs: 0, published: 2 });
});

it('hands the client context on as Lambda takes it', async () => {
  const world = build();
  const clientContext = { custom: { subject: 'x' }, client: { app: 1 }, env: {} };
  await world.handlers['function.invoke'](input({ topic: 'a/b', clientContext }), signal, CLI);
  expect(world.invoked[0]?.request).toMatchObject({ by: CLI, subject: 'a/b', clientContext });
});

it('takes the client context in base64, too', async () => {
  const world = build();
  const clientContext = base64('{"custom":{"order":7}}');
  await world.handlers['function.invoke'](input({ clientContext }), signal, CLI);
  expect(world.invoked[0]?.request.clientContext).toEqual({ custom: { order: 7 } });
});

it.each([
  ['an unknown function', { name: 'nobody' }, 'function/unknown'],
  ['a wildcard in the topic', { topic: 'a/#' }, 'router/bad-topic'],
  ['half a payload', { payload: 'abcde' }, 'api/bad-input'],
  ['a context with a foreign part', { clientContext: { custom: {}, other: {} } }, 'api/bad-input'],
  ['a context part that is no object', { clientContext: { custom: [1] } }, 'api/bad-input'],
  ['a context that is no base64 of JSON', { clientContext: '{"custom":{}}' }, 'api/bad-input'],
  ['a context in base64 that is no object', { clientContext: base64('[1]') }, 'api/bad-input'],
  ['a context that is no base64 of JSON', { clientContext: '{"custom":{}}' }, 'api/bad-input'],
  ['a context in base64 that is no object', { clientContext: base64('[1]') }, 'api/bad-input'],
])('refuses %s before anything runs', async (_what, more, code) => {
  const world = build();
  const asked = world.handlers['function.invoke'](input(more), signal, CLI);
  await expect(asked).rejects.toMatchObject({ code, remedy: expect.stringMatching(/^[A-Z].*\.$/) });
  expect(world.invoked).toEqual([]);
});

it('says what the document says of a function: permissions derived from subscriptions, names of variables only', async () => {
  const { handlers } = build();
  const rules = await handlers['function.rules']({ name: 'energy-minutes' }, signal, CLI);
  expect(METHODS['function.rules'].output.parse(rules)).toMatchObject({
    code: 'inline',
    handler: 'handler',
    order: null,
    env: ['TOKEN'],
    permissions: { publish: ['energy/#', 'all/#'], publishDeclared: false, invokedBy: ['console', 'cli'] },
  });
  expect(JSON.stringify(rules)).not.toContain('hidden');
  expect(await handlers['function.rules']({ name: 'pump-vibration' }, signal, CLI)).toMatchObject({
    code: 'pump.zip',
    handler: 'index.handler',
    order: 'topic level 2',
    permissions: {
      publish: ['pump/#'],
      publishDeclared: true,
      shadows: [{ thing: 'pump', name: null, access: 'write' }],
      commandDevices: ['pump'],
    },
  });
  await expect(handlers['function.rules']({ name: 'nobody' }, signal, CLI)).rejects.toMatchObject({ code: 'function/unknown' });
});
