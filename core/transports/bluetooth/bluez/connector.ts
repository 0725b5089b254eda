import type { Clock } from '../../../base/clock.ts';
import { GatewayError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { PortClaims } from '../../ports/claims.ts';
import type { BleConnection, ConnectOptions } from '../radio.ts';
import { unlessAborted } from './abort.ts';
import type { PairingAgent } from './agent.ts';
import type { BlueBus } from './bus.ts';
import { isHeard, radioOf } from './device-advert.ts';
import { asStep, isBusError } from './faults.ts';
import { createConnection, type OpenConnection } from './gatt.ts';
import { createLadder } from './ladder.ts';
import { type BlueObjects, DEVICE, flagIn } from './objects.ts';
import type { Radios } from './radios.ts';
import { createTurns } from './turns.ts';

const PAIR_MS = 30_000;

/** Connects devices one after the other, each step with a deadline, and keeps what is open. */
export interface Connector {
  connect(address: string, options: ConnectOptions, signal: AbortSignal): Promise<BleConnection>;
  /** Path of a device that BlueZ knows, on a radio that is on. */
  pathOf(address: string, radio?: string): string | undefined;
  connections(radio: string): number;
  readonly waiting: number;
  /** Ends every connection: BlueZ is gone, or we stop. */
  endAll(fault: Error): Promise<void>;
}

export function createConnector(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: BlueBus;
  readonly objects: BlueObjects;
  readonly radios: Radios;
  readonly agent: PairingAgent;
  readonly claims: PortClaims;
  readonly holdScan: () => () => void;
}): Connector {
  const { clock, bus, objects, radios, claims } = deps;
  const turns = createTurns();
  const open = new Map<string, { readonly radio: string; readonly user: string; readonly connection: OpenConnection }>();
  const connections = (radio: string): number => [...open.values()].filter((one) => one.radio === radio).length;
  const ladder = createLadder({ log: deps.log, bus, objects, radios, connections });

  function pathOf(address: string, radio?: string): string | undefined {
    return radios
      .ids()
      .filter((id) => (radio === undefined ? radios.isOn(id) : id === radio))
      .map((id) => `/org/bluez/${id}/dev_${address.replaceAll(':', '_')}`)
      .find((path) => objects.get(path, DEVICE) !== undefined);
  }
  /** Resolves when the objects are as wanted; rejects with `fault` after `ms`, or with the signal's reason. */
  function until<T>(look: () => T | undefined, ms: number, fault: () => GatewayError, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const now = look();
      if (now !== undefined) return resolve(now);
      const leave = (): void => {
        cancel();
        stop();
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const stop = objects.onChange(() => {
        const found = look();
        if (found === undefined) return;
        leave();
        resolve(found);
      });
      const cancel = clock.after(ms, () => {
        leave();
        reject(fault());
      });
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  function checkRadio(radio: string | undefined): void {
    const ids = radios.ids().filter((id) => radio === undefined || id === radio);
    if (ids.length === 0)
      throw new GatewayError(
        'ble/not-available',
        radio === undefined ? 'There is no Bluetooth radio.' : `There is no Bluetooth radio ${radio}.`,
      );
    if (!ids.some(radios.isOn)) throw new GatewayError('ble/off', `The Bluetooth radio ${ids[0]} is switched off.`);
  }

  /**
   * A device that BlueZ knows may be tried at once. One that could not be connected before must be heard first: BlueZ would wait for it
   * until the deadline, and all others behind it.
   */
  async function find(address: string, options: ConnectOptions, signal: AbortSignal): Promise<string> {
    let heard = !ladder.isDoubtful(address);
    const look = (): string | undefined => (heard ? pathOf(address, options.radio) : undefined);
    const path = look();
    if (path !== undefined) return path;
    const release = deps.holdScan();
    const stop = objects.onChange((change) => {
      if (isHeard(change) && change.path.endsWith(address.replaceAll(':', '_'))) heard = true;
    });
    const fault = (): GatewayError =>
      new GatewayError('ble/not-seen', `${address} was not heard in ${options.timeoutMs / 1000} s.`);
    try {
      return await until(look, options.timeoutMs, fault, signal);
    } finally {
      stop();
      release();
    }
  }

  /** The link, its services, its keys. */
  async function establish(address: string, path: string, options: ConnectOptions, signal: AbortSignal): Promise<void> {
    const began = clock.monotonic();
    const left = (): number => Math.max(1, options.timeoutMs - (clock.monotonic() - began));
    const device = { path, iface: DEVICE };
    const linked = bus.call({ ...device, member: 'Connect', timeoutMs: left() }).catch((cause: unknown) => {
      if (!isBusError(cause, 'AlreadyConnected')) throw asStep(cause, 'ble/connect-failed', address);
    });
    await unlessAborted(linked, signal);
    const resolved = (): true | undefined => (flagIn(objects.get(path, DEVICE), 'ServicesResolved') ? true : undefined);
    const fault = (): GatewayError =>
      new GatewayError('ble/connect-failed', `${address} is connected, but does not say what it offers.`);
    await until(resolved, left(), fault, signal);
    if (!options.pair || flagIn(objects.get(path, DEVICE), 'Paired')) return;
    const paired = deps.agent
      .during(path, () => bus.call({ ...device, member: 'Pair', timeoutMs: PAIR_MS }))
      .catch((cause: unknown) => {
        if (!isBusError(cause, 'AlreadyExists')) throw asStep(cause, 'ble/pairing-failed', `${address} could not be paired`);
      });
    await unlessAborted(paired, signal);
  }

  async function attempt(address: string, path: string, options: ConnectOptions, signal: AbortSignal): Promise<OpenConnection> {
    const key = `ble:${address}`;
    claims.check(key, options.claim);
    checkRadio(options.radio);
    const other = open.get(address);
    if (other)
      throw new GatewayError('ble/connect-failed', `${address} is connected already, for ${other.user}.`, {
        remedy: 'Use one device for it.',
      });
    const radio = radioOf(path);
    try {
      await establish(address, path, options, signal);
      claims.check(key, options.claim);
      // Some let go right after they were paired; nobody would hear of it later.
      if (objects.get(path, DEVICE)?.get('Connected') === false) {
        throw new GatewayError('link/lost', `${address}: the Bluetooth connection was lost while it was made.`);
      }
    } catch (cause) {
      const given = signal.aborted || (cause instanceof GatewayError && cause.code === 'link/claimed');
      if (cause instanceof GatewayError && !given) radios.fault(radio, cause);
      if (given) await bus.call({ path, iface: DEVICE, member: 'Disconnect', timeoutMs: PAIR_MS }).catch(() => {});
      else await ladder.failed(radio, address, path);
      throw cause;
    }
    ladder.succeeded(radio, address);
    const connection = createConnection({ clock, bus, objects, path, address });
    open.set(address, { radio, user: options.user, connection });
    void connection.closed.then(() => open.delete(address));
    if (!options.claim) claims.enter(key, options.user, connection, connection.end);
    return connection;
  }

  return {
    async connect(address, options, signal) {
      signal.throwIfAborted();
      claims.check(`ble:${address}`, options.claim);
      checkRadio(options.radio);
      const path = await find(address, options, signal); // without a turn: one that is away must not make the others wait
      return await turns.take(signal, () => attempt(address, path, options, signal));
    },
    pathOf,
    connections,
    get waiting() {
      return turns.waiting;
    },
    async endAll(fault) {
      const all = [...open.values()].map(({ connection }) => connection);
      for (const connection of all) connection.end(fault);
      await Promise.all(all.map(({ closed }) => closed));
    },
  };
}
