import { expect, it } from 'vitest';
import { createSecretHandlers } from '../../../../core/api/handlers/secret-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { base64, CLI, CONSOLE, createFunctionRuntime, signal } from './function-runtime.ts';

function build() {
  const world = createFunctionRuntime();
  return { ...world, handlers: createSecretHandlers(world.runtime) };
}

it('sets a secret as text or bytes, lists names only, and removes it', async () => {
  const { handlers, values, log } = build();
  await handlers['secret.set']({ name: 'tariff', text: 'very-secret' }, signal, CLI);
  await handlers['secret.set']({ name: 'key', bytes: base64('\u0001\u0002') }, signal, CLI);
  expect(values).toEqual([{ text: 'very-secret' }, { bytes: Buffer.from([1, 2]) }]);
  const rows = METHODS['secret.list'].output.parse(await handlers['secret.list']({}, signal, CONSOLE));
  expect(rows.map((one) => one.name)).toEqual(['tariff', 'key']);
  expect(JSON.stringify([rows, log.recent()])).not.toContain('very-secret');
  await handlers['secret.remove']({ name: 'key' }, signal, CLI);
  await expect(handlers['secret.remove']({ name: 'key' }, signal, CLI)).rejects.toMatchObject({ code: 'secret/unknown' });
});

it('takes none from a console: it asks nobody who he is', async () => {
  const { handlers, values } = build();
  for (const asked of [
    handlers['secret.set']({ name: 'tariff', text: 'x' }, signal, CONSOLE),
    handlers['secret.remove']({ name: 'tariff' }, signal, CONSOLE),
  ])
    await expect(asked).rejects.toMatchObject({ code: 'api/not-available' });
  expect(values).toEqual([]);
});

it.each([
  ['neither', {}],
  ['both', { text: 'a', bytes: base64('a') }],
  ['half a base64', { bytes: 'abcde' }],
])('refuses %s', async (_what, more) => {
  const { handlers, values } = build();
  await expect(handlers['secret.set']({ name: 'tariff', ...more }, signal, CLI)).rejects.toMatchObject({ code: 'api/bad-input' });
  expect(values).toEqual([]);
});
