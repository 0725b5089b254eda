import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Draft } from '../contract/message.ts';
import type { CallDesk, Gatekeeper } from './calls/call-desk.ts';
import type { Carriers } from './carrier/carrier.ts';
import { createInstance } from './instance.ts';
import type { FunctionInstance, InstanceListener, InstancePublish } from './instance-seam.ts';
import type { Job } from './invocation.ts';
import { note } from './results.ts';

/** Where the code of one version is. */
export interface FunctionEntry {
  /** Absolute path of the module. */
  readonly path: string;
  readonly version: number;
  readonly directory: string;
  /** Path of the export below the module. */
  readonly exportPath: readonly string[];
}

export interface InstanceMakerDeps {
  readonly clock: Clock;
  publish(draft: Draft): Promise<void> | undefined;
  together?(publishes: () => void): void;
  readonly carriers: Carriers;
  readonly gatekeeper: Gatekeeper;
  readonly desk: CallDesk;
  environment(scratch: string): Readonly<Record<string, string>>;
  /** Where its instances may write; null: nowhere. */
  readonly scratch: string | null;
  readonly thing: { readonly region: string };
  /** Hops of what is published while no event is handled. */
  strayHops(): number;
  newId(): string;
}

/** Makes instances of one function as the document describes them. */
export type InstanceMaker = (listener: InstanceListener) => FunctionInstance;

const seenBy = (event: Job | undefined) => event?.ticket?.watch?.seen;

export function createInstanceMaker(deps: InstanceMakerDeps, config: FunctionConfig, entry: FunctionEntry): InstanceMaker {
  const { clock, gatekeeper, carriers, scratch } = deps;
  const { name, permissions, encoding, timeoutMs, memoryMb, maxPublishes, isolation } = config;
  const functionArn = `arn:aws:lambda:${deps.thing.region || 'local'}:000000000000:function:${name}:${entry.version}`;
  const { childProcesses, workers, addons, files } = permissions;
  const sandbox = { readable: files.read, writable: files.write, childProcesses, workers, addons };

  /** What the timers of a long-lived function publish begins anew; those of others were left behind by an event. */
  const strayHops = config.lifetime === 'long-lived' ? () => 0 : deps.strayHops;
  const publish: InstancePublish = (draft, event) => {
    if (!gatekeeper.mayPublish(draft.topic)) {
      gatekeeper.demand({ kind: 'publish', topic: draft.topic }); // throws, in words
      throw new GatewayError('function/denied', `function "${name}" may not publish on "${draft.topic}"`);
    }
    const seen = seenBy(event);
    if (seen) note(seen.published, [{ topic: draft.topic, payload: draft.payload }]);
    return deps.publish(event ? draft : { ...draft, hops: strayHops() + 1 });
  };
  return (listener) => {
    const carry = isolation === 'process' ? carriers.process : carriers.thread;
    if (!carry) throw new GatewayError('function/isolation-unavailable', `function "${name}" cannot run in a process here`);
    const instance: FunctionInstance = createInstance(
      {
        clock,
        publish,
        together: deps.together,
        desk: deps.desk,
        carry,
        listener: {
          ...listener,
          onLog(lines) {
            note(seenBy(instance.oldest)?.logs, lines);
            listener.onLog(lines);
          },
        },
      },
      {
        name,
        version: entry.version,
        path: entry.path,
        directory: entry.directory,
        handler: entry.exportPath,
        encoding,
        timeoutMs,
        memoryMb,
        maxPublishes,
        requestPrefix: deps.newId().slice(0, 24),
        functionArn,
        longLived: config.lifetime === 'long-lived',
        env: deps.environment(scratch ?? ''),
        scratch,
        sandbox,
        isolation,
      },
    );
    return instance;
  };
}
