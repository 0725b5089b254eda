import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { LogHub } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { FunctionConfig } from '../../contract/document/functions.ts';
import { Subscription } from '../../contract/document/subscriptions.ts';
import type { Draft, Message } from '../../contract/message.ts';
import { createTracer } from '../../router/message-tracer.ts';
import { createMemoryFailedEvents } from '../../store/memory-failed-events.ts';
import { createCallDesk } from '../calls/desk.ts';
import { createGatekeeper } from '../calls/gatekeeper.ts';
import { createProcessCarrier } from '../carrier/process-carrier.ts';
import { startThread } from '../carrier/thread-carrier.ts';
import { makeEnvironment } from '../function-environment.ts';
import { createFunctionRunner } from '../function-runner.ts';
import type { FunctionEntry } from '../instance-maker.ts';
import type { FunctionRunner } from '../runner.ts';
import type { LocalHost } from './local-host.ts';

export interface LocalRunDeps {
  readonly clock: Clock;
  readonly logs: LogHub;
  readonly local: LocalHost;
  /** Folder for its scratch space. */
  readonly scratchRoot: string;
  /** Each message that the function publishes. */
  onPublish(draft: Draft): void;
}

export interface LocalRun {
  readonly runner: FunctionRunner;
  /** Rejects with `function/load-failed`, in the words of the first try: nobody mends it meanwhile. */
  start(signal: AbortSignal): Promise<void>;
  /** An event as a subscription would bring it. */
  deliver(topic: string, payload: Uint8Array, source: string): Promise<void>;
  stop(): Promise<void>;
}

const REGION = 'local';
const THING = 'local-run';
const HOP_LIMIT = 8;
const KINDS = ['device', 'function', 'client', 'cloud', 'shadow', 'system'] as const;

/** Where the document is silent on publishing, the subscriptions decide; without a site all that the function publishes is let through. */
const openSubscriptions = (name: string) => [
  Subscription.parse({ id: 'local-run', source: `function:${name}`, subject: '#', target: 'local' }),
];

function environmentOf(config: FunctionConfig, entry: FunctionEntry, scratch: string): Readonly<Record<string, string>> {
  const { name, memoryMb, handler, encoding } = config;
  return makeEnvironment({
    name,
    version: entry.version,
    arn: `arn:aws:lambda:${REGION}:000000000000:function:${name}:${entry.version}`,
    memoryMb,
    handler,
    encoding,
    directory: entry.directory,
    scratch,
    thingName: THING,
    region: REGION,
    gatewayName: THING,
    authToken: randomBytes(32).toString('hex'),
    aws: {},
    declared: config.env,
  });
}

/** Runs one function without a gateway, by the same runner, permissions and limits. Make a new one for changed code. */
export function createLocalRun(deps: LocalRunDeps, config: FunctionConfig, entry: FunctionEntry): LocalRun {
  const { clock, logs, local } = deps;
  const { name } = config;
  let sequence = 0;
  const publish = (draft: Draft): undefined => {
    deps.onPublish(draft);
    local.heard(draft);
  };
  const subscriptions = openSubscriptions(name);
  const gatekeeper = createGatekeeper(name, config.permissions, () => subscriptions);
  const log = logs.logger(`function:${name}`);
  const desk = createCallDesk(
    { clock, log, host: local.host, gatekeeper, publish, fullQueues: () => [], hopLimit: () => HOP_LIMIT, newId: randomUUID },
    name,
  );
  const runner = createFunctionRunner(
    {
      clock,
      log: logs.logger('functions'),
      metrics: createMetrics(),
      tracer: createTracer({ clock, newId: randomUUID }, { keep: 1, sampleEveryMs: 1e9, maxHops: HOP_LIMIT }),
      publish,
      carriers: { thread: startThread, process: createProcessCarrier({ clock, nodePath: process.execPath, newId: randomUUID }) },
      gatekeeper,
      desk,
      failed: createMemoryFailedEvents(),
      environment: (scratch) => environmentOf(config, entry, scratch),
      scratchRoot: deps.scratchRoot,
      thing: { name: THING, region: REGION },
    },
    config,
    entry,
  );

  const loadFault = (): GatewayError | null => {
    const fault = runner.view().lastError;
    if (fault?.code !== 'function/load-failed' && runner.view().state !== 'parked') return null;
    const stack = fault?.stack ? `\n${fault.stack}` : '';
    return new GatewayError(fault?.code ?? 'function/parked', `${fault?.message ?? `"${name}" is parked`}${stack}`, {
      remedy: fault?.remedy ?? '',
    });
  };
  const messageOf = (topic: string, payload: Uint8Array, source: string): Message => {
    const [kind, ...id] = source.split(':');
    sequence += 1;
    return {
      topic,
      payload,
      qos: 0,
      retain: false,
      source: { kind: KINDS.find((one) => one === kind) ?? 'client', id: id.join(':') },
      sequence,
      at: { wallMs: clock.now(), monoMs: clock.monotonic(), bootId: 'local-run', trust: 'synced' },
      hops: 0,
    };
  };
  return {
    runner,
    async start(signal) {
      const failed = Promise.withResolvers<never>();
      const off = runner.onChanged(() => {
        const fault = loadFault();
        if (fault) failed.reject(fault);
      });
      try {
        await Promise.race([runner.start(signal), failed.promise]);
        const fault = loadFault();
        if (fault) throw fault;
      } finally {
        off();
      }
    },
    async deliver(topic, payload, source) {
      await runner.sink.deliver([messageOf(topic, payload, source)]);
    },
    stop: () => runner.stop(),
  };
}
