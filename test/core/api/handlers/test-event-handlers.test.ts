import { expect, it } from 'vitest';
import { createTestEventHandlers } from '../../../../core/api/handlers/test-event-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { base64, CONSOLE, createFunctionRuntime, signal } from './function-runtime.ts';

function build() {
  const world = createFunctionRuntime();
  return { ...world, handlers: createTestEventHandlers(world.runtime) };
}
const EVENT = { function: 'energy-minutes', name: 'noon', topic: 'a/b', payload: base64('{"a":1}') };

it('keeps an event under its name, replaces one of the same name, and removes it', async () => {
  const { handlers, clock } = build();
  await handlers['test-event.save'](EVENT, signal, CONSOLE);
  await handlers['test-event.save']({ ...EVENT, topic: 'c' }, signal, CONSOLE);
  const rows = await handlers['test-event.list']({ function: EVENT.function }, signal, CONSOLE);
  expect(METHODS['test-event.list'].output.parse(rows)).toEqual([
    { name: 'noon', topic: 'c', payload: EVENT.payload, savedAt: clock.now() },
  ]);
  expect(await handlers['test-event.list']({ function: 'pump-vibration' }, signal, CONSOLE)).toEqual([]);
  await handlers['test-event.remove']({ function: EVENT.function, name: 'noon' }, signal, CONSOLE);
  const again = handlers['test-event.remove']({ function: EVENT.function, name: 'noon' }, signal, CONSOLE);
  await expect(again).rejects.toMatchObject({ code: 'api/bad-input' });
});

it.each([
  ['of an unknown function', { function: 'nobody' }, 'function/unknown'],
  ['with a wildcard in its topic', { topic: 'a/+' }, 'router/bad-topic'],
  ['that is no base64', { payload: 'ab*d' }, 'api/bad-input'],
])('does not keep an event %s', async (_what, more, code) => {
  const { handlers, testEvents } = build();
  await expect(handlers['test-event.save']({ ...EVENT, ...more }, signal, CONSOLE)).rejects.toMatchObject({ code });
  expect(await testEvents.list('energy-minutes')).toEqual([]);
});
