import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub, type LogHub } from '../../../../core/base/log.ts';
import { Permissions, type PermissionsConfig } from '../../../../core/contract/document/permissions.ts';
import type { Draft } from '../../../../core/contract/message.ts';
import type { CallDesk, CallFacts } from '../../../../core/functions/calls/call-desk.ts';
import { createCallDesk } from '../../../../core/functions/calls/desk.ts';
import { createGatekeeper } from '../../../../core/functions/calls/gatekeeper.ts';
import type { FunctionHost } from '../../../../core/functions/calls/host.ts';
import type { ReplyMessage } from '../../../../core/functions/calls/sdk-calls.ts';
import type { InvokeRequest } from '../../../../core/functions/invocation.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';

/** Permissions for all there is. */
export const EVERYTHING = Permissions.parse({
  publish: ['#'],
  replies: ['#'],
  invoke: ['*'],
  secrets: ['*'],
  shadows: [
    { thing: '*', access: 'write' },
    { thing: '*', name: '*', access: 'write' },
  ],
  devices: { read: ['*'], command: ['*'] },
  history: ['*'],
  schedule: true,
});
export const OUTCOME = {
  requestId: 'r-1',
  functionError: '' as const,
  statusCode: 200,
  payload: Buffer.from('"done"'),
  durationMs: 1,
  waitedMs: 0,
  cold: false,
  logs: [],
  published: [],
};
export const FACTS = { function: 'caller', hops: 2, traceId: 'trace-7' };
export const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** A desk of the function `caller` on a host that notes what it is asked for. */
export interface DeskRig {
  readonly clock: ManualClock;
  readonly logs: LogHub;
  readonly life: AbortController;
  readonly published: Draft[];
  /** What the router answers. */
  accept: (draft: Draft) => Promise<void> | undefined;
  full: readonly string[];
  readonly invoked: (readonly [name: string, request: InvokeRequest, type: 'sync' | 'later'])[];
  readonly values: Map<string, { readonly json: string; readonly revision: number }>;
  readonly replies: { readonly topic: string; resolve(message: ReplyMessage): void }[];
  readonly done: unknown[];
  host(): FunctionHost;
  deskWith(permissions?: PermissionsConfig, more?: Partial<FunctionHost>): CallDesk;
  call(method: string, input: unknown, desk?: CallDesk, facts?: CallFacts): Promise<unknown>;
}

function hostOf({ values, done, invoked, replies }: DeskRig): FunctionHost {
  const versionOf = (id: string) => ({ arn: `arn:${id}`, name: id, versionId: 'v', stages: ['AWSCURRENT'], createdAt: 1_500 });
  return {
    shadows: {
      get: async ({ thing, name }) => bytes(`get ${thing} ${name}`),
      update: async ({ thing }, body) => bytes(`update ${thing} ${Buffer.from(body)}`),
      delete: async ({ thing }) => bytes(`delete ${thing}`),
    },
    secrets: {
      list: () => [{ ...versionOf('db') }],
      get: async (id) => ({
        ...versionOf('db'),
        value: id === 'bin' ? { bytes: Uint8Array.of(1, 2) } : { text: `secret of ${id}` },
      }),
      set: () => Promise.reject(new Error('not used')),
      remove: () => Promise.reject(new Error('not used')),
    },
    state: {
      get: async (owner, key) => values.get(`${owner}/${key}`) ?? null,
      async set(owner, key, json, expected) {
        const now = values.get(`${owner}/${key}`)?.revision ?? 0;
        if (expected !== null && expected !== now) return null;
        if (json === null) values.delete(`${owner}/${key}`);
        else values.set(`${owner}/${key}`, { json, revision: now + 1 });
        return json === null ? 0 : now + 1;
      },
      keys: async (owner, prefix) => [...values.keys()].filter((one) => one.startsWith(`${owner}/${prefix}`)),
      clear: async () => 0,
    },
    scheduler: {
      apply: () => {},
      async at(...args) {
        done.push(['at', ...args]);
      },
      cancel: async (_name, id) => id === 'known',
      views: () => [],
      start: async () => {},
      stop: async () => {},
    },
    history: async (...args) => {
      done.push(['history', ...args]);
      return [];
    },
    async command(...args) {
      done.push(['command', ...args.slice(0, 3)]);
    },
    points: () => [{ name: 'p', value: 1, unit: 'V', quality: 'good', at: 5 }],
    async invoke(name, request) {
      invoked.push([name, request, 'sync']);
      return OUTCOME;
    },
    async invokeLater(name, request) {
      invoked.push([name, request, 'later']);
      return 'r-2';
    },
    nextMessage: (topic, signal) =>
      new Promise((resolve, reject) => {
        replies.push({ topic, resolve });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

export function createDeskRig(): DeskRig {
  const clock = createManualClock();
  const rig: DeskRig = {
    clock,
    logs: createLogHub({ clock }, { keep: 100, level: 'debug' }),
    life: new AbortController(),
    published: [],
    accept: () => undefined,
    full: [],
    invoked: [],
    values: new Map(),
    replies: [],
    done: [],
    host: () => hostOf(rig),
    deskWith: (permissions = EVERYTHING, more = {}) =>
      createCallDesk(
        {
          clock,
          log: rig.logs.logger('function:caller'),
          host: { ...hostOf(rig), ...more },
          gatekeeper: createGatekeeper('caller', permissions, () => []),
          publish(draft) {
            rig.published.push(draft);
            return rig.accept(draft);
          },
          fullQueues: () => rig.full,
          hopLimit: () => 8,
          newId: () => 'new-id',
        },
        'caller',
      ),
    call: (method, input, desk = rig.deskWith(), facts = FACTS) => desk.take(method, input, facts, rig.life.signal),
  };
  return rig;
}

/** What the work was refused with. */
export async function fault(work: Promise<unknown>): Promise<GatewayError> {
  const cause = await work.then(
    (value) => `resolved with ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );
  if (cause instanceof GatewayError) return cause;
  throw new Error(`not a GatewayError: ${String(cause)}`);
}
export const codeOf = async (work: Promise<unknown>): Promise<string> => (await fault(work)).code;

export const INVOKE = { target: 'other', type: 'RequestResponse', payload: bytes('{}'), clientContext: null };
export const GREENGRASS = { topic: 'a/b', payload: bytes('x'), queueFull: 'AllOrError' };
export const REQUEST = { topic: 'ask', payload: bytes('?'), replyTopic: 'ask/reply', timeoutMs: 1000 };
/** An input for each call that needs a permission. */
export const VALID: Readonly<Record<string, object>> = {
  invoke: INVOKE,
  'publish.greengrass': GREENGRASS,
  'shadow.get': { thing: 't', name: null },
  'shadow.update': { thing: 't', name: 'n', payload: bytes('{}') },
  'shadow.delete': { thing: 't', name: null },
  'secret.get': { id: 'db', stage: null },
  'history.query': { series: 's', from: 0, to: 1, buckets: 10 },
  'device.command': { device: 'd', point: 'p', value: 1 },
  'device.read': { device: 'd' },
  request: REQUEST,
  'schedule.at': { id: 'i', at: 5, payload: bytes('{}') },
  'schedule.cancel': { id: 'i' },
};
