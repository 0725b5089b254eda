import type { Sources } from '../sources.ts';
import type { GatewayRuntime } from './runtime.ts';

type FunctionTopics = 'functions' | 'instances' | 'function-errors' | 'function-versions' | 'schedules';

/** What the console sees of functions. A function that a deployment has removed meanwhile has no rows. */
export function createFunctionSources(runtime: GatewayRuntime): Pick<Sources, FunctionTopics> {
  return {
    functions: { kind: 'table', rows: () => [...runtime.functions().values()].map((one) => one.view()) },
    instances: {
      kind: 'table',
      rows(params) {
        const all = runtime.functions();
        if (params.function !== undefined) return all.get(params.function)?.instances() ?? [];
        return [...all.values()].flatMap((one) => [...one.instances()]);
      },
    },
    'function-errors': { kind: 'table', rows: (params) => runtime.functions().get(params.function)?.errors() ?? [] },
    'function-versions': { kind: 'table', rows: (params) => runtime.versionsOf(params.function) },
    schedules: {
      kind: 'table',
      rows: (params) => runtime.schedules().filter((one) => params.function === undefined || one.function === params.function),
    },
  };
}
