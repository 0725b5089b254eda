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
import { createFoundBook } from '../discovery/found-book.ts';
import { createInboxDesk } from '../discovery/inbox-desk.ts';
import { createMatrixDesk } from '../discovery/matrix-desk.ts';
import { createReportDesk } from '../discovery/report-desk.ts';
import { createScanDesk } from '../discovery/scan-desk.ts';
import { createProfileBook } from '../profiles/profile-book.ts';
import { createProfileDesk } from '../profiles/profile-desk.ts';
import type { SecretStore } from '../security/secrets.ts';
import { createBleDesk } from '../tools/bluetooth/ble-desk.ts';
import { createBusDesk } from '../tools/buses/bus-desk.ts';
import { createModbusTool } from '../tools/buses/modbus-tool.ts';
import type { FieldDeskDeps } from '../tools/desk-deps.ts';
import { createLineDesk } from '../tools/line/line-desk.ts';
import { createMqttDesk } from '../tools/mqtt/mqtt-desk.ts';
import { createPortDesk } from '../tools/ports/port-desk.ts';
import { createToolSessions } from '../tools/sessions.ts';
import { openRadio } from '../transports/bluetooth/open-radio.ts';
import { createByteLinks } from '../transports/byte-links.ts';
import type { ByteLinks } from '../transports/byte-port.ts';
import { createNeighbours } from '../transports/neighbours.ts';
import { createPortClaims } from '../transports/ports/claims.ts';
import { createLines } from '../transports/ports/lines.ts';
import { type PortRoots, SYSTEM_ROOTS } from '../transports/ports/port-book.ts';
import { createPortBook } from '../transports/ports/system-book.ts';
import { createBindKeys } from './bind-keys.ts';
import { createKeptFacts } from './kept-facts.ts';
import { createKeptReports } from './kept-reports.ts';
import { createMqttTraffic } from './mqtt-traffic.ts';
import type { Shared } from './shared.ts';
import { VERSION } from './version.ts';

/** Ports, radios and what is built on them. Started before the first deployment, stopped after the devices. */
export interface FieldSide {
  readonly links: ByteLinks;
  readonly adapters: AdapterRegistry;
  readonly services: FieldServices;
  readonly desk: FieldDesk;
  /** A port was plugged in. */
  onPlugged(listener: () => void): () => void;
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
  readonly secrets: SecretStore;
  publish(topic: string, payload: Uint8Array, how: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
}

/** Builds the field from its parts and connects them. */
export function createFieldSide(shared: Shared, deps: FieldSideDeps): FieldSide {
  const { clock, random, logs } = shared;
  const book = createPortBook(deps.portRoots ?? SYSTEM_ROOTS, clock);
  const claims = createPortClaims({ now: () => clock.now() });
  const links = createByteLinks({ clock, random, simulated: openSimulatedLink });
  const lines = createLines({ links, claims, book, now: () => clock.now() });
  const radio = openRadio({ clock, log: logs.logger('bluetooth'), claims, platform: process.platform });
  const mqtt = createMqttTraffic({ clock, router: shared.router, broker: deps.broker, publish: deps.publish });
  const adapters = createAdapterRegistry();
  const bindKey = createBindKeys(deps.secrets);
  const services: FieldServices = { keyOf: lines.keyOf, claims, radio, mqtt, bindKey };
  const sessions = createToolSessions({ clock, log: logs.logger('tools'), claims, newId: randomUUID });
  const profiles = createProfileBook({ folder: join(deps.dataDir, 'profiles'), log: logs.logger('profiles') });
  const config = (id: string) => deps.site()?.devices.find((one) => one.id === id);
  const views = () => [...deps.devices().values()].map((one) => one.view());
  const base = { clock, random, newId: randomUUID, lines, services, adapters, sessions };
  const tools: FieldDeskDeps = { ...base, log: logs.logger('tools'), site: deps.site, device: config, deviceViews: views };
  const found = createFoundBook({
    clock,
    log: logs.logger('discovery'),
    lines,
    services,
    profiles,
    kept: createKeptFacts(join(deps.dataDir, 'inbox.json')),
    site: deps.site,
    health: (id) => deps.devices().get(id)?.view().health,
  });
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
      apply: (text, how) => deps.engine().apply(text, { ...how, sameCode: true }),
    },
    found,
    neighbours: createNeighbours({ arp: deps.portRoots?.arp ?? '/proc/net/arp', platform: process.platform }),
    secrets: deps.secrets,
    deviceViews: views,
    deviceConfig: config,
    keepReport: createKeptReports(join(deps.dataDir, 'reports')),
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
    onPlugged: (listener) => book.onEvent(({ kind }) => void (kind === 'plugged' && listener())),
    async start(signal) {
      await book.start(signal);
      await radio.start(signal);
      await found.start(signal);
    },
    stopTools: sessions.stop,
    async stop() {
      await found.stop();
      await radio.stop();
      await book.stop();
    },
  };
}
