import { expect, it } from 'vitest';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import type { InvokeOutcome, InvokeRequest } from '../../../core/functions/invocation.ts';
import { createFunctionHost, type FunctionHostDeps } from '../../../core/gateway/function-host.ts';
import { buildRouter } from '../router/router-under-test.ts';

const { signal } = new AbortController();
const unused = (): never => {
  throw new Error('not used');
};
const part = <T extends object>(): T => new Proxy({}, { get: unused }) as T; // a part that no call here may touch

function hostWith(invokedBy: readonly string[]) {
  const asked: unknown[] = [];
  const outcome = { requestId: 'r' } as InvokeOutcome; // only passed on
  const deps: FunctionHostDeps = {
    router: buildRouter().router,
    store: { functionState: part(), history: part() },
    shadows: part(),
    secrets: part(),
    scheduler: part(),
    functions: () =>
      new Map([
        [
          'f',
          {
            invoke: async (request) => {
              asked.push(['invoke', request.by.kind]);
              return outcome;
            },
            invokeLater: async (request) => {
              asked.push(['later', request.by.kind]);
              return 'r';
            },
          },
        ],
      ]),
    devices: () =>
      new Map([
        [
          'd',
          {
            view: () => ({
              points: [
                {
                  name: 'p',
                  label: 'P',
                  unit: 'V',
                  decimals: 1,
                  value: 2,
                  quality: 'good',
                  note: null,
                  at: 7,
                  series: 's',
                  writable: true,
                  limits: null,
                  limit: null,
                  deadband: null,
                },
              ],
            }),
            write: async (...args) => void asked.push(args.slice(0, 2)),
          },
        ],
      ]),
    configOf: (name) =>
      name === 'f' ? FunctionSpec.parse({ name, code: { inline: 'x' }, permissions: { invokedBy } }) : undefined,
  };
  return { host: createFunctionHost(deps), asked };
}
const by = (kind: InvokeRequest['by']['kind'], id = ''): InvokeRequest => ({
  payload: new Uint8Array(0),
  by: { kind, id },
  subject: '',
  hops: 0,
  observe: false,
});

it('asks the called function whether the caller may, for both ways of invoking', async () => {
  const { host, asked } = hostWith(['function:a']);
  expect(await host.invoke('f', by('function', 'a'), signal)).toEqual({ requestId: 'r' });
  expect(await host.invokeLater('f', by('schedule', 'nightly'))).toBe('r');
  for (const request of [by('function', 'b'), by('console'), by('cli'), by('cloud')]) {
    await expect(host.invoke('f', request, signal)).rejects.toMatchObject({ code: 'function/denied' });
    await expect(host.invokeLater('f', request)).rejects.toMatchObject({ code: 'function/denied' });
  }
  expect(asked).toEqual([
    ['invoke', 'function'],
    ['later', 'schedule'],
  ]);
});

it('knows which functions and devices there are', async () => {
  const { host, asked } = hostWith(['console']);
  await expect(host.invoke('g', by('console'), signal)).rejects.toMatchObject({ code: 'function/unknown' });
  await expect(host.command('e', 'p', 1, signal)).rejects.toMatchObject({ code: 'adapter/unknown-device' });
  expect(() => host.points('e')).toThrow('There is no device "e"');
  await host.command('d', 'p', 3, signal);
  expect(asked).toEqual([['p', 3]]);
  expect(host.points('d')).toEqual([{ name: 'p', value: 2, unit: 'V', quality: 'good', at: 7 }]);
});
