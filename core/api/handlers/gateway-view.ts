import type { GatewayView } from '../../contract/views.ts';
import { sumBooks } from '../../router/books.ts';
import { isFailing } from './function-health.ts';
import type { GatewayRuntime } from './runtime.ts';

const count = <T>(all: readonly T[], test: (one: T) => boolean): number => all.reduce((sum, one) => sum + (test(one) ? 1 : 0), 0);

/** The one row of the view `gateway`: the header and the overview. */
export function gatewayView(runtime: GatewayRuntime): GatewayView {
  const { clock, engine, store } = runtime;
  const devices = [...runtime.devices().values()].map((device) => device.view().health);
  const functions = [...runtime.functions().values()].map((one) => one.view());
  const alarms = runtime.alarms.active();
  const cloud = runtime.cloud();
  const backlog = store.spool.stats();
  const broker = runtime.broker()?.status() ?? null;
  const state = engine.state();
  const health = store.health();
  return {
    id: 'gateway',
    site: runtime.site()?.site ?? '',
    gatewayName: runtime.gatewayName,
    version: runtime.version,
    status: runtime.status(),
    startedAt: runtime.startedAt,
    uptimeMs: Math.max(0, clock.now() - runtime.startedAt),
    now: clock.now(),
    demo: runtime.demo,
    deployment: { version: state.version, name: state.name, state: state.state, appliedAt: state.appliedAt },
    link: {
      state: cloud.state,
      since: cloud.since,
      endpoint: cloud.endpoint,
      lastError: cloud.lastError,
      attempts: cloud.attempts,
      nextAttemptAt: cloud.nextAttemptAt,
    },
    line: runtime.line?.line() ?? null,
    backlog: { count: backlog.count, bytes: backlog.bytes, oldestAt: backlog.oldestAt, ...runtime.backlogRates() },
    devices: {
      total: devices.length,
      ok: count(devices, (one) => one === 'ok'),
      degraded: count(devices, (one) => one === 'degraded' || one === 'starting'),
      offline: count(devices, (one) => one === 'offline'),
    },
    functions: {
      total: functions.length,
      running: count(functions, (one) => one.state === 'running' && !isFailing(one, clock.now())),
      failing: count(functions, (one) => isFailing(one, clock.now())),
    },
    alarms: { active: alarms.length, unacknowledged: count(alarms, (one) => !one.acknowledged) },
    system: runtime.system(),
    broker: { port: broker?.port ?? null, clients: broker?.clients.length ?? 0, lastFault: broker?.lastFault ?? null },
    store: { health: health.state, lastError: health.lastError },
    books: sumBooks(runtime.router.routes().map((route) => route.books.view(route.waiting))),
  };
}
