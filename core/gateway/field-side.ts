import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FieldServices } from '../adapters/adapter.ts';
import { type AdapterRegistry, createAdapterRegistry } from '../adapters/registry.ts';
import type { DeviceSupervisor } from '../adapters/supervisor.ts';
import type { FieldDesk } from '../api/handlers/runtime.ts';
import type { LocalBroker } from '../broker/broker.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import { openSimulatedLink } from '../demo/simulated/links.ts';
import type { DeployEngine } from '../deploy/engine.ts';
import { createCommissionDesk } from '../discovery/commission-desk.ts';
import type { DiscoveryDeps } from '../discovery/deps.ts';
import { createInboxDesk } from '../discovery/inbox-desk.ts';
import { createMatrixDesk } from '../discovery/matrix-desk.ts';
import { createReportDesk } from '../discovery/report-desk.ts';
import { createScanDesk } from '../discovery/scan-desk.ts';
import { createProfileBook } from '../profiles/profile-book.ts';
import { createProfileDesk } from '../profiles/profile-desk.ts';
import { createBleDesk } from '../tools/bluetooth/ble-desk.ts';
import { createBusDesk } from '../tools/buses/bus-desk.ts';
import { createModbusTool } from '../tools/buses/modbus-tool.ts';
import type { FieldDeskDeps } from '../tools/desk-deps.ts';
import { createLineDesk } from '../tools/line/line-desk.ts';
import { createMqttDesk } from '../tools/mqtt/mqtt-desk.ts';
import { createPortDesk } from '../tools/ports/port-desk.ts';
import { createToolSessions } from '../tools/sessions.ts';
import { createNoRadio, noBluetooth } from '../transports/bluetooth/no-radio.ts';
import { createByteLinks } from '../transports/byte-links.ts';
import type { ByteLinks } from '../transports/byte-port.ts';
import { createPortClaims } from '../transports/ports/claims.ts';
import { createLines } from '../transports/ports/lines.ts';
import { createPlainPortBook, type PortRoots } from '../transports/ports/port-book.ts';
import { createMqttTraffic } from './mqtt-traffic.ts';
import type { Shared } from './shared.ts';
import { VERSION } from './version.ts';

/** Ports, radios and what is built on them. Started before the first deployment, stopped after the devices. */
export interface FieldSide {
  readonly links: ByteLinks;
  readonly adapters: AdapterRegistry;
  readonly services: FieldServices;
  readonly desk: FieldDesk;
  start(signal: AbortSignal): Promise<void>;
  /** Closes every tool, so that lines are free for the end. */
  stopTools(): Promise<void>;
  stop(): Promise<void>;
}

export interface FieldSideDeps {
  readonly dataDir: string;
  readonly gatewayName: string;
  readonly portRoots?: PortRoots;
  site(): SiteDocument | null;
  devices(): ReadonlyMap<string, DeviceSupervisor>;
  engine(): DeployEngine;
  broker(): LocalBroker | null;
  publish(topic: string, payload: Uint8Array, how: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
  readonly print: ((html: string) => Promise<Uint8Array>) | null;
}

/** Builds the field from its parts and connects them. */
export function createFieldSide(shared: Shared, deps: FieldSideDeps): FieldSide {
  const { clock, random, logs } = shared;
  const book = createPlainPortBook();
  const claims = createPortClaims({ now: () => clock.now() });
  const lines = createLines({ links: createByteLinks({ clock, random, simulated: openSimulatedLink }), claims, book });
  const radio = createNoRadio(noBluetooth('Bluetooth is not there yet.'), () => clock.now());
  const mqtt = createMqttTraffic({ clock, router: shared.router, broker: deps.broker, publish: deps.publish });
  const adapters = createAdapterRegistry();
  const services: FieldServices = { keyOf: lines.keyOf, claims, radio, mqtt };
  const sessions = createToolSessions({ clock, log: logs.logger('tools'), claims, newId: randomUUID });
  const profiles = createProfileBook({ folder: join(deps.dataDir, 'profiles') });
  const config = (id: string) => deps.site()?.devices.find((one) => one.id === id);
  const views = () => [...deps.devices().values()].map((one) => one.view());
  const base = { clock, random, newId: randomUUID, lines, services, adapters, sessions };
  const tools: FieldDeskDeps = { ...base, log: logs.logger('tools'), site: deps.site, device: config, deviceViews: views };
  const discovery: DiscoveryDeps = {
    ...base,
    log: logs.logger('discovery'),
    gateway: { name: deps.gatewayName, version: VERSION },
    profiles,
    documents: {
      site: deps.site,
      async current() {
        const running = deps
          .engine()
          .versions()
          .find(({ state }) => state === 'running');
        return running ? { version: running.version, text: await deps.engine().text(running.version) } : null;
      },
      check: (text) => deps.engine().check(text),
      apply: (text, how) => deps.engine().apply(text, how),
    },
    kept: { read: async () => ({}), write: async () => {} },
    deviceViews: views,
    deviceConfig: config,
    print: deps.print,
  };
  const desks = [
    createPortDesk(tools),
    createLineDesk(tools),
    createBusDesk(tools),
    createModbusTool(tools),
    createBleDesk(tools),
    createMqttDesk(tools),
    createInboxDesk(discovery),
    createScanDesk(discovery),
    createMatrixDesk(discovery),
    createCommissionDesk(discovery),
    createReportDesk(discovery),
    createProfileDesk({ book: profiles, device: config }),
  ] as const;
  const [ports, line, buses, modbus, ble, topics, inbox, scan, matrix, commission, report, profile] = desks;
  const desk: FieldDesk = {
    calls: {
      ...ports.calls,
      ...line.calls,
      ...buses.calls,
      ...modbus.calls,
      ...ble.calls,
      ...topics.calls,
      ...inbox.calls,
      ...scan.calls,
      ...matrix.calls,
      ...commission.calls,
      ...report.calls,
      ...profile.calls,
    },
    views: {
      ...ports.views,
      ...line.views,
      ...buses.views,
      ...ble.views,
      ...topics.views,
      ...inbox.views,
      ...scan.views,
      ...matrix.views,
      ...commission.views,
    },
  };
  return {
    links: lines.links,
    adapters,
    services,
    desk,
    async start(signal) {
      await book.start(signal);
      await radio.start(signal);
    },
    stopTools: sessions.stop,
    async stop() {
      await radio.stop();
      await book.stop();
    },
  };
}
