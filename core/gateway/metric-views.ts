import type { GatewayRuntime } from '../api/handlers/runtime.ts';
import type { Metrics, Sample } from '../base/metrics.ts';

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

/** Figures that belong to devices, functions and subscriptions of the document that runs, and to the gateway itself. */
export function publishFigures(metrics: Metrics, runtime: GatewayRuntime): void {
  const devices = () => [...runtime.devices().values()].map((device) => device.view());
  const functions = () => [...runtime.functions().values()].map((runner) => runner.view());
  const routes = () => runtime.router.routes().map((route) => ({ id: route.config.id, ...route.books.view(route.waiting) }));

  metrics.collect('gatehouse_device_readings_total', 'counter', 'Readings of a device', () =>
    devices().map((view) => ({ labels: { device: view.id }, value: view.readings })),
  );
  metrics.collect('gatehouse_device_up', 'gauge', '1 when the device answers', () =>
    devices().map((view) => ({ labels: { device: view.id }, value: view.health === 'ok' ? 1 : 0 })),
  );
  metrics.collect('gatehouse_device_reconnects_total', 'counter', 'Times the connection to a device was opened anew', () =>
    devices().map((view) => ({ labels: { device: view.id }, value: view.reconnects })),
  );
  metrics.collect('gatehouse_device_faults_total', 'counter', 'Faults of a device by code', () =>
    devices().flatMap((view) =>
      Object.entries(view.errors).map(([code, value]) => ({ labels: { device: view.id, code }, value })),
    ),
  );
  metrics.collect('gatehouse_function_up', 'gauge', '1 when the function runs', () =>
    functions().map((view) => ({ labels: { function: view.name }, value: view.state === 'running' ? 1 : 0 })),
  );
  metrics.collect('gatehouse_route_in_total', 'counter', 'Messages put on a subscription', () =>
    routes().map((route) => ({ labels: { route: route.id }, value: route.in })),
  );
  metrics.collect('gatehouse_route_out_total', 'counter', 'Messages taken over by the target of a subscription', () =>
    routes().map((route) => ({ labels: { route: route.id }, value: route.out })),
  );
  metrics.collect('gatehouse_route_waiting', 'gauge', 'Messages waiting in a subscription', () =>
    routes().map((route) => ({ labels: { route: route.id }, value: route.waiting })),
  );
  metrics.collect('gatehouse_route_dropped_total', 'counter', 'Messages dropped by a subscription, by reason', () =>
    routes().flatMap((route) =>
      Object.entries(route.dropped).map(([reason, value]) => ({ labels: { route: route.id, reason }, value })),
    ),
  );
  metrics.collect('gatehouse_route_balanced', 'gauge', '1 when in = out + waiting + dropped', () =>
    routes().map((route) => ({ labels: { route: route.id }, value: route.balanced ? 1 : 0 })),
  );
  metrics.collect('gatehouse_spool_messages', 'gauge', 'Messages that wait for the cloud', () =>
    one(runtime.store.spool.stats().count),
  );
  metrics.collect('gatehouse_spool_bytes', 'gauge', 'Bytes that wait for the cloud', () =>
    one(runtime.store.spool.stats().bytes),
  );
  metrics.collect('gatehouse_spool_appended_total', 'counter', 'Messages committed to the spool', () =>
    one(runtime.store.spool.stats().appended),
  );
  metrics.collect('gatehouse_spool_acknowledged_total', 'counter', 'Messages acknowledged by the cloud', () =>
    one(runtime.store.spool.stats().acknowledged),
  );
  metrics.collect('gatehouse_cloud_connected', 'gauge', '1 when connected to the cloud', () =>
    one(runtime.cloud().state === 'connected' ? 1 : 0),
  );
  metrics.collect('gatehouse_broker_clients', 'gauge', 'Clients of the local broker', () =>
    one(runtime.broker()?.status().clients.length ?? 0),
  );
  metrics.collect('gatehouse_alarms_active', 'gauge', 'Active alarms', () => one(runtime.alarms.active().length));
  metrics.collect('process_resident_memory_bytes', 'gauge', 'Resident memory', () => one(runtime.system().rssBytes));
  metrics.collect('gatehouse_event_loop_lag_p99_seconds', 'gauge', 'Lag of the event loop, 99th percentile', () =>
    one(runtime.system().loopLagP99Ms / 1000),
  );
}
