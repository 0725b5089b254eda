import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Draft } from '../../contract/message.ts';
import type { ShadowService } from '../../contract/shadow.ts';
import { createMemoryFunctionState } from '../../store/memory-function-state.ts';
import type { FunctionHost } from '../calls/host.ts';
import type { ReplyMessage } from '../calls/sdk-calls.ts';
import type { FunctionRunner } from '../runner.ts';
import type { Scheduler } from '../triggers/scheduler.ts';
import { createLocalSecrets } from './local-secrets.ts';

export interface LocalHostDeps {
  readonly clock: Clock;
  readonly shadows: ShadowService;
  readonly secrets: Readonly<Record<string, string>>;
  /** The function that runs now; a newer one after each change of its files. */
  runner(): FunctionRunner | null;
  /** What the function does to the world, in words: nothing of it happens here. */
  onDone(what: string): void;
}

export interface LocalHost {
  readonly host: FunctionHost;
  /** Whatever was published here: `request` waits for it. */
  heard(draft: Draft): void;
}

const ONE_SHOTS = 1000;

/** One-shots in memory; schedules of the document do not run: who tries a function out decides when. */
function createLocalScheduler({ clock, runner, onDone }: LocalHostDeps): Scheduler {
  const waiting = new Map<string, () => void>();
  const cancel = (id: string): boolean => {
    waiting.get(id)?.();
    return waiting.delete(id);
  };
  return {
    apply() {},
    async at(name, id, wallMs, payload) {
      cancel(id);
      if (waiting.size >= ONE_SHOTS)
        throw new GatewayError('function/busy', `Function "${name}" has ${ONE_SHOTS} one-shots already.`);
      const run = (): void => {
        waiting.delete(id);
        const request = {
          payload,
          by: { kind: 'schedule', id },
          subject: `gatehouse/schedule/${name}/${id}`,
          hops: 0,
          observe: false,
        } as const;
        runner()
          ?.invokeLater(request)
          .catch((cause: unknown) => onDone(`the one-shot "${id}" was refused: ${String(cause)}`));
      };
      waiting.set(id, clock.after(Math.max(0, wallMs - clock.now()), run));
    },
    cancel: async (_name, id) => cancel(id),
    views: () => [],
    async start() {},
    async stop() {
      for (const id of [...waiting.keys()]) cancel(id);
    },
  };
}

/** What a function reaches when it runs without a gateway: state, shadows and secrets in memory, no devices, no history. */
export function createLocalHost(deps: LocalHostDeps): LocalHost {
  const published = createEmitter<ReplyMessage>();
  const selfOnly = (name: string): FunctionRunner => {
    const runner = deps.runner();
    if (runner?.name === name) return runner;
    throw new GatewayError('function/unknown', `There is no function "${name}" in this local run.`, {
      remedy: 'Only the function itself runs here; deploy both to try them together.',
    });
  };
  const host: FunctionHost = {
    shadows: deps.shadows,
    secrets: createLocalSecrets(deps.secrets, deps.clock.now),
    state: createMemoryFunctionState(),
    scheduler: createLocalScheduler(deps),
    history: async () => [],
    async command(device, point, value) {
      deps.onDone(`device.command ${device} ${point} = ${JSON.stringify(value)} (no device here)`);
    },
    points(device) {
      throw new GatewayError('adapter/unknown-device', `There is no device "${device}" in this local run.`);
    },
    invoke: async (name, request, signal) => selfOnly(name).invoke(request, signal),
    invokeLater: async (name, request) => selfOnly(name).invokeLater(request),
    nextMessage: (topic, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          off();
          reject(signal.reason);
        };
        const off = published.on((message) => {
          if (message.topic !== topic) return;
          off();
          signal.removeEventListener('abort', end);
          resolve(message);
        });
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      }),
  };
  return {
    host,
    heard: ({ topic, payload, source }) => published.emit({ topic, payload, source: `${source.kind}:${source.id}` }),
  };
}
