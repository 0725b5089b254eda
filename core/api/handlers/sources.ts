import { GatewayError } from '../../base/errors.ts';
import type { LogRecord } from '../../base/log.ts';
import type { Sources } from '../sources.ts';
import { flowEdges, flowNodes } from './flow-views.ts';
import { createFunctionSources } from './function-sources.ts';
import { gatewayView } from './gateway-view.ts';
import { messageSource } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

/** Every view of the contract, from the running gateway. */
export function createSources(runtime: GatewayRuntime): Sources {
  return {
    gateway: { kind: 'table', rows: () => [gatewayView(runtime)] },
    devices: { kind: 'table', rows: () => [...runtime.devices().values()].map((device) => device.view()) },
    ...runtime.field.views,
    ...createFunctionSources(runtime),
    nodes: { kind: 'table', rows: () => flowNodes(runtime) },
    edges: { kind: 'table', rows: () => flowEdges(runtime) },
    alarms: { kind: 'table', rows: () => runtime.alarms.active() },
    deployments: { kind: 'table', rows: () => runtime.engine.versions() },
    traces: { kind: 'table', rows: () => runtime.tracer.traces() },
    outbox: { kind: 'table', rows: () => runtime.outbox() },
    storage: { kind: 'table', rows: () => [runtime.storage()] },
    certificates: { kind: 'table', rows: () => runtime.certificates() },
    sessions: { kind: 'table', rows: () => runtime.sessions() },
    logs: {
      kind: 'log',
      open({ source }, push) {
        const fits = (record: LogRecord): boolean => source === undefined || record.source === source;
        const close = runtime.logs.onRecord((record) => {
          if (fits(record)) push(record);
        });
        return { rows: runtime.logs.recent().filter(fits), close };
      },
    },
    messages: messageSource(runtime.router, () => runtime.clock.monotonic()),
    frames: {
      kind: 'log',
      open({ device }, push) {
        const running = runtime.devices().get(device);
        if (!running) throw new GatewayError('adapter/unknown-device', `There is no device "${device}".`);
        return { rows: running.frames(), close: running.onFrame(push) };
      },
    },
  };
}
