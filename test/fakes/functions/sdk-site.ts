import type { Clock } from '../../../core/base/clock.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import type { Draft } from '../../../core/contract/message.ts';
import type { CallDesk, Gatekeeper } from '../../../core/functions/calls/call-desk.ts';
import { createCallDesk } from '../../../core/functions/calls/desk.ts';
import { createGatekeeper } from '../../../core/functions/calls/gatekeeper.ts';
import type { FunctionHost } from '../../../core/functions/calls/host.ts';
import type { FunctionError, InvokeRequest } from '../../../core/functions/invocation.ts';
import { createSecretStore } from '../../../core/security/secret-file.ts';
import type { SecretStore } from '../../../core/security/secrets.ts';
import { createMemoryShadows } from '../../../core/shadows/memory-shadows.ts';
import { createMemoryFunctionState } from '../../../core/store/memory-function-state.ts';

export const ARN = (name: string, version = ':1'): string => `arn:aws:lambda:local:000000000000:function:${name}${version}`;

/** Everything a function with these permissions reaches, with the gateway's own parts wherever they need no gateway. */
export interface SdkSite {
  readonly desk: CallDesk;
  readonly gatekeeper: Gatekeeper;
  publish(draft: Draft): undefined;
  readonly published: readonly Draft[];
  readonly shadowTopics: readonly string[];
  readonly invoked: readonly (InvokeRequest & { readonly name: string; readonly later: boolean })[];
  readonly commands: readonly (readonly [device: string, point: string, value: unknown])[];
  readonly schedules: Map<string, { readonly at: number; readonly payload: string }>;
  readonly secrets: SecretStore;
  /** Queues that have no room. */
  full: readonly string[];
  /** Gives the reply of the request that waits now. */
  reply(payload: string): void;
  /** Called before each `state.set` is done. */
  onStateSet: (() => Promise<void>) | null;
  readonly host: FunctionHost;
}

const PERMISSIONS = {
  publish: ['hello/#', 'ask/#'],
  replies: ['ask/#'],
  invoke: ['echo', 'thrower', 'crasher', 'gone'],
  secrets: ['modem', 'key*'],
  shadows: [{ thing: 'platform', access: 'write' }, { thing: 'empty' }],
  devices: { read: ['meter'], command: ['meter'] },
  history: ['devices/*'],
  schedule: true,
  awsCredentials: true,
};

function memorySecrets(clock: Clock, log: ReturnType<ReturnType<typeof createLogHub>['logger']>): SecretStore {
  let book: string | null = null;
  let key: string | null = null;
  return createSecretStore({
    clock,
    log,
    newId: idsOf('00000000'),
    keeping: {
      readBook: () => ({ text: book, torn: [] }),
      writeBook: async (text) => {
        book = text;
      },
      readKey: () => key,
      writeKey: async (text) => {
        key = text;
      },
    },
  });
}

function idsOf(head: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${head}-0000-4000-8000-${String(last).padStart(12, '0')}`;
  };
}

/** What the functions `echo`, `thrower` and `crasher` of the site answer. */
function answerOf(name: string, request: InvokeRequest): { functionError: FunctionError; payload: Uint8Array } {
  if (name === 'echo') return { functionError: '', payload: request.payload };
  const crashed = name === 'crasher';
  const body = crashed
    ? { errorMessage: 'the function ended itself', errorType: 'Runtime.ExitError', stackTrace: [] }
    : { errorMessage: 'no paper', errorType: 'PrinterError', stackTrace: ['PrinterError: no paper'] };
  if (name !== 'thrower' && !crashed) throw new GatewayError('function/unknown', `there is no function "${name}"`);
  return { functionError: crashed ? 'Unhandled' : 'Handled', payload: Buffer.from(JSON.stringify(body)) };
}

export function createSdkSite(clock: Clock, name = 'probe'): SdkSite {
  const log = createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('test');
  const published: Draft[] = [];
  const shadowTopics: string[] = [];
  const invoked: (InvokeRequest & { readonly name: string; readonly later: boolean })[] = [];
  const commands: [string, string, unknown][] = [];
  const schedules = new Map<string, { at: number; payload: string }>();
  const memoryState = createMemoryFunctionState();
  const secrets = memorySecrets(clock, log);
  let waiting: { topic: string; give(payload: string): void } | null = null;

  const host: FunctionHost = {
    shadows: createMemoryShadows({ clock, publish: (topic) => void shadowTopics.push(topic) }),
    secrets,
    state: {
      ...memoryState,
      async set(...given) {
        await site.onStateSet?.();
        return memoryState.set(...given);
      },
    },
    scheduler: {
      apply() {},
      at: async (_function, id, at, payload) => void schedules.set(id, { at, payload: Buffer.from(payload).toString() }),
      cancel: async (_function, id) => schedules.delete(id),
      views: () => [],
      start: async () => {},
      stop: async () => {},
    },
    history: async (_series, from, to, buckets) => [{ at: from, min: 1, max: 3, avg: 2, last: 3, count: to - from + buckets }],
    command: async (...given) => void commands.push([given[0], given[1], given[2]]),
    points: () => [{ name: 'power', value: 40, unit: 'W', quality: 'good', at: 1000 }],
    async invoke(target, request) {
      invoked.push({ ...request, name: target, later: false });
      const facts = { requestId: 'r', statusCode: 200, durationMs: 1, waitedMs: 0, cold: false, logs: [], published: [] };
      return { ...facts, ...answerOf(target, request) };
    },
    async invokeLater(target, request) {
      invoked.push({ ...request, name: target, later: true });
      answerOf(target, request);
      return '11111111-2222-4333-8444-555555555555';
    },
    nextMessage: (topic, signal) =>
      new Promise((resolve, reject) => {
        waiting = { topic, give: (text) => resolve({ topic, source: 'client:till', payload: Buffer.from(text) }) };
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const config = FunctionSpec.parse({ name, code: { inline: 'x' }, permissions: PERMISSIONS });
  const gatekeeper = createGatekeeper(name, config.permissions, () => []);
  const publish = (draft: Draft): undefined => void published.push(draft);
  const site: SdkSite = {
    gatekeeper,
    publish,
    desk: createCallDesk(
      {
        clock,
        log,
        host,
        gatekeeper,
        publish,
        fullQueues: () => site.full,
        hopLimit: () => 16,
        newId: idsOf('22222222'),
      },
      name,
    ),
    published,
    shadowTopics,
    invoked,
    commands,
    schedules,
    secrets,
    full: [],
    reply: (payload) => waiting?.give(payload),
    onStateSet: null,
    host,
  };
  return site;
}

/** A secret in text, one in bytes, and one that is not for the function. */
export async function fillSecrets({ secrets }: SdkSite): Promise<void> {
  await secrets.set('modem', { text: '{"pin":"1234"}' });
  await secrets.set('key-1', { bytes: Uint8Array.of(0, 255) });
  await secrets.set('pin', { text: 'not yours' });
}
