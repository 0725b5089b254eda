import type { AlarmCondition } from '../alarms/alarms.ts';
import { deviceAlarms } from '../alarms/device-alarms.ts';
import { isFailing } from '../api/handlers/function-health.ts';
import type { GatewayRuntime } from '../api/handlers/runtime.ts';

/** A line that is down for less is normal life and no alarm. */
const CLOUD_PATIENCE_MS = 30_000;
/** A device that has just started may need a moment. */
const DEVICE_PATIENCE_MS = 5000;

function deviceConditions(runtime: GatewayRuntime, now: number): readonly AlarmCondition[] {
  const views = [...runtime.devices().values()].map((device) => device.view());
  const offline = views.flatMap(({ id, name, health, since, lastError }): AlarmCondition[] => {
    if (health !== 'offline' || now - since < DEVICE_PATIENCE_MS) return [];
    return [
      {
        source: `device:${id}`,
        code: lastError?.code ?? 'link/lost',
        priority: 'high',
        message: `${name} is offline. ${lastError?.message ?? ''}`.trim(),
        ...(lastError ? { remedy: lastError.remedy } : {}),
      },
    ];
  });
  return [...offline, ...deviceAlarms(views)];
}

function functionConditions(runtime: GatewayRuntime, now: number): readonly AlarmCondition[] {
  return [...runtime.functions().values()].flatMap((one): AlarmCondition[] => {
    const view = one.view();
    const { name, state, lastError } = view;
    if (state !== 'parked') {
      if (lastError === null || !isFailing(view, now)) return [];
      const { code, message, remedy } = lastError;
      return [{ source: `function:${name}`, code, priority: 'low', message: `The function ${name} fails. ${message}`, remedy }];
    }
    return [
      {
        source: `function:${name}`,
        code: 'function/parked',
        priority: 'high',
        message: `The function ${name} is parked. ${lastError?.message ?? ''}`.trim(),
      },
    ];
  });
}

/** What holds right now and should be acted on, from the states of the gateway's parts. */
export function standingConditions(runtime: GatewayRuntime): readonly AlarmCondition[] {
  const now = runtime.clock.now();
  const cloud = runtime.cloud();
  const store = runtime.store.health();
  const conditions: AlarmCondition[] = [...deviceConditions(runtime, now), ...functionConditions(runtime, now)];
  if (cloud.state === 'offline' && now - cloud.since >= CLOUD_PATIENCE_MS) {
    const message = `The cloud (${cloud.endpoint}) cannot be reached. ${cloud.lastError?.message ?? ''}`.trim();
    conditions.push({
      source: 'cloud',
      code: cloud.lastError?.code ?? 'cloud/offline',
      priority: 'low',
      message,
      ...(cloud.lastError ? { remedy: cloud.lastError.remedy } : {}),
    });
  }
  if (store.state !== 'ok') {
    const code = store.lastError?.code ?? 'store/failed';
    conditions.push({
      source: 'store',
      code,
      priority: 'critical',
      message: store.lastError?.message ?? 'The store cannot write.',
      ...(store.lastError ? { remedy: store.lastError.remedy } : {}),
    });
  }
  const broken = runtime.router.routes().find((route) => !route.books.view(route.waiting).balanced);
  if (broken)
    conditions.push({
      source: `route:${broken.config.id}`,
      code: 'site/books',
      priority: 'low',
      message: `The books of the subscription ${broken.config.id} do not balance.`,
    });
  return conditions;
}
