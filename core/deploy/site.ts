import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Inheritance } from '../functions/runner.ts';
import type { FunctionEntry } from './stage.ts';

/** What a site is made of, as far as switching needs it. */
export interface SiteFunction<S> {
  readonly sink: S;
  /** What waits goes to the new version, between two events: called on the old one right before the new sink is attached. */
  handOver(): Inheritance;
  /** Called on the new one with what the old one of the same name left. */
  inherit(from: Inheritance): void;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface SiteDeps<D extends Service, F extends SiteFunction<S>, S> {
  readonly log: Logger;
  makeDevice(config: DeviceConfig): D;
  makeFunction(config: FunctionConfig, entry: FunctionEntry): F;
  deviceSink(device: D): S;
  attach(target: string, sink: S | undefined): void;
  route(subscriptions: readonly SubscriptionConfig[], hopLimit: number): void;
  /** A function that is new, or has a new version, takes events from now on. */
  started?(part: F, config: FunctionConfig, cause: 'gateway' | 'version'): void;
  /** Everything else that follows the document: history's retention, the cloud's topic filters. */
  settle(document: SiteDocument): void;
}

export interface Site<D, F> {
  /**
   * Brings what runs in line with the document: unchanged devices and functions go on untouched, new functions are loaded before the
   * old ones hand over, routes change between two messages. Resolves when the events that ran in old versions have ended, too. Rejects only if the switch itself fails; a device that does not answer
   * or a function that does not load is a state of the site, not of the switch.
   */
  switchTo(
    document: SiteDocument,
    entries: ReadonlyMap<string, FunctionEntry>,
    codeOf: (name: string) => string,
    signal: AbortSignal,
  ): Promise<void>;
  document(): SiteDocument | null;
  devices(): ReadonlyMap<string, D>;
  functions(): ReadonlyMap<string, F>;
  stop(): Promise<void>;
}

interface Part<T> {
  readonly key: string;
  readonly part: T;
}

const firstFault = (results: readonly PromiseSettledResult<void>[]): PromiseRejectedResult | undefined =>
  results.find((result) => result.status === 'rejected');

export function createSite<D extends Service, F extends SiteFunction<S>, S>(deps: SiteDeps<D, F, S>): Site<D, F> {
  let current: SiteDocument | null = null;
  let devices = new Map<string, Part<D>>();
  let functions = new Map<string, Part<F>>();
  /** Replaced or gone, and still with their last events. */
  const leaving = new Set<F>();

  function planFunctions(document: SiteDocument, entries: ReadonlyMap<string, FunctionEntry>, codeOf: (name: string) => string) {
    const next = new Map<string, Part<F>>();
    const fresh: F[] = [];
    for (const config of document.functions) {
      const key = `${JSON.stringify(config)}\n${codeOf(config.name)}`;
      const kept = functions.get(config.name);
      const entry = entries.get(config.name);
      if (kept?.key === key) next.set(config.name, kept);
      else if (entry) {
        const part = deps.makeFunction(config, entry);
        fresh.push(part);
        next.set(config.name, { key, part });
      }
    }
    return { next, fresh };
  }
  function planDevices(document: SiteDocument) {
    const next = new Map<string, Part<D>>();
    const fresh: D[] = [];
    for (const config of document.devices) {
      if (!config.enabled) continue;
      const key = JSON.stringify(config);
      const kept = devices.get(config.id);
      if (kept?.key === key) next.set(config.id, kept);
      else {
        const part = deps.makeDevice(config);
        fresh.push(part);
        next.set(config.id, { key, part });
      }
    }
    return { next, fresh };
  }
  const replaced = <T>(old: ReadonlyMap<string, Part<T>>, next: ReadonlyMap<string, Part<T>>): [string, T][] =>
    [...old].flatMap(([name, { part }]) => (next.get(name)?.part === part ? [] : [[name, part] as [string, T]]));

  /** Between two messages: routes deliver between turns of the loop, and this is one. */
  function handOver(next: ReadonlyMap<string, Part<F>>): ReadonlyMap<F, Inheritance> {
    const left = new Map<F, Inheritance>();
    for (const [name, { part }] of next) {
      const old = functions.get(name)?.part;
      const inheritance = old === undefined || old === part ? undefined : old.handOver();
      deps.attach(`function:${name}`, part.sink);
      if (old === undefined || inheritance === undefined) continue;
      left.set(old, inheritance);
      part.inherit(inheritance);
    }
    return left;
  }
  /** What is with an old version has its whole time; nothing else waits for that. */
  async function letGo(gone: readonly F[], left: ReadonlyMap<F, Inheritance>): Promise<void> {
    for (const part of gone) leaving.add(part);
    await Promise.all(
      gone.map(async (part) => {
        await left.get(part)?.drained;
        await part.stop();
        leaving.delete(part);
      }),
    );
  }

  return {
    async switchTo(document, entries, codeOf, signal) {
      const plan = { functions: planFunctions(document, entries, codeOf), devices: planDevices(document) };
      const starting = Promise.allSettled(plan.functions.fresh.map((part) => part.start(signal)));
      // At the first start devices need not wait for the threads: the routes hold what comes early.
      if (current !== null) {
        const fault = firstFault(await starting);
        if (fault) {
          await Promise.all(plan.functions.fresh.map((part) => part.stop()));
          throw fault.reason;
        }
      }
      const goneFunctions = replaced(functions, plan.functions.next);
      const goneDevices = replaced(devices, plan.devices.next);
      for (const [name] of goneFunctions) if (!plan.functions.next.has(name)) deps.attach(`function:${name}`, undefined);
      const left = handOver(plan.functions.next);
      functions = plan.functions.next;
      // Before the routes: a line that is not for this document must be shut before its first message is stored.
      deps.settle(document);
      deps.route(document.subscriptions, document.settings.hopLimit);
      const letting = letGo(
        goneFunctions.map(([, part]) => part),
        left,
      );
      for (const config of document.functions) {
        const part = functions.get(config.name)?.part;
        if (part && plan.functions.fresh.includes(part)) deps.started?.(part, config, current === null ? 'gateway' : 'version');
      }
      // A port has one owner: the old session must be closed before the new one opens.
      await Promise.all(goneDevices.map(([, part]) => part.stop()));
      for (const [name] of goneDevices) if (!plan.devices.next.has(name)) deps.attach(`device:${name}`, undefined);
      for (const [name, { part }] of plan.devices.next) deps.attach(`device:${name}`, deps.deviceSink(part));
      devices = plan.devices.next;
      current = document;
      const started = await Promise.allSettled(plan.devices.fresh.map((part) => part.start(signal)));
      const fault = firstFault([...started, ...(await starting)]);
      await letting; // also after a fault: nobody else knows these any more
      if (fault) throw fault.reason;
    },
    document: () => current,
    devices: () => new Map([...devices].map(([name, { part }]) => [name, part])),
    functions: () => new Map([...functions].map(([name, { part }]) => [name, part])),
    async stop() {
      await Promise.all([...devices.values()].map(({ part }) => part.stop()));
      await Promise.all([...[...functions.values()].map(({ part }) => part), ...leaving].map((part) => part.stop()));
    },
  };
}
