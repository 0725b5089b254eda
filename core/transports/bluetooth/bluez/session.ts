import type { Clock } from '../../../base/clock.ts';
import { GatewayError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { RadioView } from '../../../contract/field-views.ts';
import type { PortClaims } from '../../ports/claims.ts';
import type { Advert, KnownDevice } from '../radio.ts';
import { createPairingAgent } from './agent.ts';
import type { BlueBus } from './bus.ts';
import { type Connector, createConnector } from './connector.ts';
import { advertOf, isHeard, radioOf } from './device-advert.ts';
import { ADAPTER, createObjects, DEVICE, flagIn, textIn } from './objects.ts';
import { createRadios, type RadioFigures, type Radios } from './radios.ts';
import { createScanner, type Scanner } from './scanner.ts';

const CALL_MS = 10_000;

/** BlueZ for as long as it runs. */
export interface BlueSession {
  readonly radios: Radios;
  readonly connector: Connector;
  readonly scanner: Scanner;
  views(): RadioView[];
  known(): KnownDevice[];
  forget(address: string): Promise<void>;
  /** Resolves when BlueZ or the bus is gone; never rejects. */
  readonly ended: Promise<Error>;
  end(fault: Error): Promise<void>;
}

export interface BlueSessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly claims: PortClaims;
  readonly figures: (id: string) => RadioFigures;
  readonly wanted: () => 'no' | 'listen' | 'active';
  readonly holdScan: () => () => void;
  readonly onAdvert: (advert: Advert) => void;
  /** A radio or a connection changed. */
  readonly onChanged: () => void;
}

/** Begins with what BlueZ has now. Rejects as `BlueBus.call`; the bus is then left to the caller. */
export async function beginSession(deps: BlueSessionDeps, bus: BlueBus): Promise<BlueSession> {
  const { clock, log } = deps;
  const objects = createObjects(bus, (cause) => log.error('ble.listener-failed', { cause }));
  const radios = createRadios({ clock, bus, objects, figures: deps.figures });
  const agent = createPairingAgent(bus, log);
  const over = Promise.withResolvers<Error>();
  await bus.watch("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.bluez'");
  await objects.load();
  await agent.register().catch((cause: unknown) => log.warn('ble.no-pairing', { cause })); // all else works without it
  const connector = createConnector({ ...deps, bus, objects, radios, agent });
  const scanner = createScanner({ ...deps, bus, objects, radios, connections: connector.connections });

  objects.onChange((change) => {
    const { iface, path, names } = change;
    if (iface === DEVICE && isHeard(change)) {
      const now = clock.monotonic();
      const figures = radios.figures(radioOf(path));
      figures.adverts.add(now);
      figures.heard = true;
      figures.lastAdvertAt = now;
      const advert = advertOf(change, objects.get(path, DEVICE) ?? new Map(), now);
      if (advert) deps.onAdvert(advert);
    }
    const shown = iface === ADAPTER || (iface === DEVICE && (names.has('Connected') || change.kind !== 'changed'));
    if (iface === ADAPTER) scanner.settle();
    if (shown) deps.onChanged();
  });
  bus.onSignal(({ member, body }) => {
    if (member !== 'NameOwnerChanged' || body[0] !== 'org.bluez' || body[2] !== '') return;
    over.resolve(new GatewayError('ble/not-available', 'BlueZ has stopped.', { remedy: 'Start its service: bluetooth.' }));
  });
  void bus.closed.then(over.resolve);
  scanner.settle();

  const knownOn = (id: string): number => [...objects.of(DEVICE, `/org/bluez/${id}`)].length;
  return {
    radios,
    connector,
    scanner,
    views: () => radios.views((id) => ({ connections: connector.connections(id), queue: connector.waiting, known: knownOn(id) })),
    known: () =>
      [...objects.of(DEVICE)].map(([path, properties]) => ({
        address: textIn(properties, 'Address').toUpperCase(),
        radio: radioOf(path),
        name: textIn(properties, 'Name'),
        paired: flagIn(properties, 'Paired'),
        connected: flagIn(properties, 'Connected'),
      })),
    async forget(address) {
      const path = connector.pathOf(address);
      if (path === undefined) throw new GatewayError('ble/not-seen', `${address} is not known here.`);
      const call = { path: `/org/bluez/${radioOf(path)}`, iface: ADAPTER, member: 'RemoveDevice', timeoutMs: CALL_MS };
      await bus.call({ ...call, signature: 'o', body: [path] });
    },
    ended: over.promise,
    async end(fault) {
      over.resolve(fault);
      await scanner.stop();
      await connector.endAll(fault);
      objects.close();
    },
  };
}
