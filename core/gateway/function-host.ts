import { GatewayError } from '../base/errors.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { ShadowService } from '../contract/shadow.ts';
import type { DeviceView } from '../contract/views.ts';
import { invokerDenied, mayInvoke } from '../functions/calls/gatekeeper.ts';
import type { FunctionHost } from '../functions/calls/host.ts';
import type { InvokeRequest } from '../functions/invocation.ts';
import type { FunctionRunner } from '../functions/runner.ts';
import type { Scheduler } from '../functions/triggers/scheduler.ts';
import type { Router } from '../router/router.ts';
import type { SecretStore } from '../security/secrets.ts';
import type { Store } from '../store/store.ts';
import { createAwaitedMessages } from './awaited-messages.ts';

/** A device as functions see it. */
export interface HostDevice {
  view(): Pick<DeviceView, 'points'>;
  write(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
}

export interface FunctionHostDeps {
  readonly router: Pick<Router, 'tap'>;
  readonly store: Pick<Store, 'functionState' | 'history'>;
  readonly shadows: ShadowService;
  readonly secrets: SecretStore;
  readonly scheduler: Scheduler;
  functions(): ReadonlyMap<string, Pick<FunctionRunner, 'invoke' | 'invokeLater'>>;
  devices(): ReadonlyMap<string, HostDevice>;
  /** As the document that runs has it. */
  configOf(name: string): FunctionConfig | undefined;
}

/**
 * What functions reach of the gateway, from its real parts. `invoke` and `invokeLater` are for every invoker: they check the called
 * function's `permissions.invokedBy` whoever asks.
 */
export function createFunctionHost(deps: FunctionHostDeps): FunctionHost {
  function runnerFor(name: string, request: InvokeRequest) {
    const runner = deps.functions().get(name);
    const config = deps.configOf(name);
    if (!runner || !config) throw new GatewayError('function/unknown', `There is no function "${name}".`);
    if (!mayInvoke(config.permissions, request.by)) throw invokerDenied(name, request.by);
    return runner;
  }
  function deviceOf(id: string): HostDevice {
    const device = deps.devices().get(id);
    if (!device) throw new GatewayError('adapter/unknown-device', `There is no device "${id}", or it is switched off.`);
    return device;
  }
  return {
    shadows: deps.shadows,
    secrets: deps.secrets,
    state: deps.store.functionState,
    scheduler: deps.scheduler,
    history: (series, from, to, buckets) => deps.store.history.trend(series, from, to, buckets),
    async command(device, point, value, signal) {
      await deviceOf(device).write(point, value, signal);
    },
    points: (device) =>
      deviceOf(device)
        .view()
        .points.map(({ name, value, unit, quality, at }) => ({ name, value, unit, quality, at })),
    async invoke(name, request, signal) {
      return runnerFor(name, request).invoke(request, signal);
    },
    async invokeLater(name, request) {
      return runnerFor(name, request).invokeLater(request);
    },
    nextMessage: createAwaitedMessages(deps.router),
  };
}
