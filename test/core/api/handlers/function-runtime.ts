import type { GatewayRuntime } from '../../../../core/api/handlers/runtime.ts';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { DeploymentDocument } from '../../../../core/contract/document/document.ts';
import type { FailedEvent, ScheduleView } from '../../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../../core/contract/views.ts';
import type { InvokeOutcome, InvokeRequest } from '../../../../core/functions/invocation.ts';
import type { FunctionRunner } from '../../../../core/functions/runner.ts';
import type { SecretFacts, SecretStore, SecretValue } from '../../../../core/security/secrets.ts';
import { createMemoryFailedEvents } from '../../../../core/store/memory-failed-events.ts';
import { createMemoryTestEvents } from '../../../../core/store/memory-test-events.ts';
import { errorRows, functionRows, instanceRows, scheduleRows, versionRows } from '../../../fakes/fake-function-rows.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

export const CLI = { kind: 'cli', id: 'socket' } as const;
export const CONSOLE = { kind: 'console', id: 'browser-1' } as const;
export const signal = new AbortController().signal;
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const OUTCOME: InvokeOutcome = {
  requestId: 'r-1',
  functionError: '',
  statusCode: 200,
  payload: Buffer.from('{"ok":true}'),
  durationMs: 4.5,
  waitedMs: 0.25,
  cold: true,
  logs: [['info', 'hello']],
  published: [{ topic: 'a/b', payload: Buffer.alloc(5000, 7) }],
};

const SITE = DeploymentDocument.parse({
  schema: 'gatehouse/1',
  name: 'test',
  site: 'Test site',
  devices: [],
  functions: [
    { name: 'energy-minutes', code: { inline: 'export const handler = () => 1;' }, env: { TOKEN: 'hidden' } },
    {
      name: 'pump-vibration',
      code: { zip: 'pump.zip' },
      handler: 'index.handler',
      orderBy: { level: 2 },
      isolation: 'process',
      permissions: { publish: ['pump/#'], shadows: [{ thing: 'pump', access: 'write' }], devices: { command: ['pump'] } },
    },
  ],
  subscriptions: [
    { id: 'one', source: 'function:energy-minutes', subject: 'energy/#', target: 'local' },
    { id: 'two', source: 'function:*', subject: 'all/#', target: 'local' },
    { id: 'same', source: 'function:energy-minutes', subject: 'energy/#', target: 'cloud' },
    { id: 'off', source: 'function:energy-minutes', subject: 'off/#', target: 'local', enabled: false },
    { id: 'other', source: 'function:pump-vibration', subject: 'other/#', target: 'local' },
  ],
});

/** The parts of a running gateway that the calls and views of functions need; stores and log are real ones in memory. */
export function createFunctionRuntime() {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const failedEvents = createMemoryFailedEvents();
  const testEvents = createMemoryTestEvents();
  const invoked: { name: string; request: InvokeRequest }[] = [];
  const retried: FailedEvent[] = [];
  const own: Partial<FunctionView> = {};
  const secretFacts = new Map<string, SecretFacts>();
  const values: SecretValue['value'][] = [];
  /** How many events the function takes before it refuses. */
  const room = { left: Number.POSITIVE_INFINITY };
  const secrets: SecretStore = {
    list: () => [...secretFacts.values()],
    get: () => Promise.reject(new Error('a value never leaves by the API')),
    async set(name, value) {
      values.push(value);
      const facts = { name, arn: `arn:${name}`, versionId: 'v1', stages: ['AWSCURRENT'], createdAt: 5 };
      secretFacts.set(name, facts);
      return facts;
    },
    remove: async (name) => secretFacts.delete(name),
  };
  const runnerOf = (name: string): Partial<FunctionRunner> => ({
    view: () => ({ ...(functionRows(1, 0).find((one) => one.name === name) as FunctionView), queue: 0, ...own }),
    instances: () => instanceRows(1, 0).filter((one) => one.function === name),
    errors: () => errorRows(name, 0),
    retry(event) {
      if (room.left <= 0) throw new GatewayError('function/busy', 'full');
      room.left -= 1;
      retried.push(event);
    },
  });
  const functions = new Map(['energy-minutes', 'pump-vibration'].map((name) => [name, runnerOf(name)]));
  const parts = {
    field: { calls: {}, views: {} },
    clock,
    logs,
    store: { failedEvents, testEvents },
    secrets,
    functions: () => functions,
    site: () => SITE,
    async invoke(name: string, request: InvokeRequest) {
      invoked.push({ name, request });
      return OUTCOME;
    },
    schedules: (): ScheduleView[] => scheduleRows(1, 0),
    versionsOf: (name: string) => versionRows(name, 0),
  };
  return {
    clock,
    failedEvents,
    testEvents,
    invoked,
    retried,
    own,
    room,
    values,
    // The other parts of a gateway are not asked by these calls.
    runtime: parts as unknown as GatewayRuntime,
    audit: (): string[] => logs.recent().map(({ source, event, message }) => `${source} ${event} ${message}`),
    log: logs,
  };
}
