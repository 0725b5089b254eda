import type { Clock } from '../../../base/clock.ts';
import { GatewayError } from '../../../base/errors.ts';
import type { BleConnection, GattCharacteristic } from '../radio.ts';
import { unlessAborted } from './abort.ts';
import { type BlueBus, typed } from './bus.ts';
import { shortUuid } from './device-advert.ts';
import { asStep, isBusError } from './faults.ts';
import { type BlueObjects, CHARACTERISTIC, DEVICE, flagIn, rowOf, SERVICE, textIn, textsIn } from './objects.ts';

const CALL_MS = 10_000;
const CLOSE_MS = 5000;
const OUT_OF_REACH = 'Bring the device nearer, wake it, or change its battery.';

interface Known extends GattCharacteristic {
  readonly path: string;
}

/** Characteristics of a device whose services are resolved, in the order of their handles. */
function listCharacteristics(objects: BlueObjects, device: string): Known[] {
  return [...objects.of(CHARACTERISTIC, device)]
    .map(([path, properties]) => ({
      path,
      uuid: shortUuid(textIn(properties, 'UUID')),
      service: shortUuid(textIn(objects.get(textIn(properties, 'Service'), SERVICE), 'UUID')),
      flags: textsIn(properties, 'Flags'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface OpenConnection extends BleConnection {
  /** Ends it from outside: the link was lost, or a tool took the device. */
  end(fault: Error): void;
}

/** A connected device. It listens to the one list of objects; nothing of it stays when it ends. */
export function createConnection(deps: {
  readonly clock: Clock;
  readonly bus: BlueBus;
  readonly objects: BlueObjects;
  readonly path: string;
  readonly address: string;
}): OpenConnection {
  const { bus, objects, path: device, address } = deps;
  const characteristics = listCharacteristics(objects, device);
  const listeners = new Map<string, Set<(value: Uint8Array) => void>>();
  const closing = Promise.withResolvers<Error | undefined>();
  let ended = false;

  function find(name: string): Known {
    const [first = '', second] = name.toLowerCase().split('/');
    const found = characteristics.find(({ uuid, service }) =>
      second === undefined ? uuid === first : service === first && uuid === second,
    );
    if (!found)
      throw new GatewayError('ble/gatt', `${address} has no characteristic ${name}.`, {
        remedy: 'Look at what the device offers.',
      });
    return found;
  }
  async function ask(
    one: Known,
    member: string,
    what: string,
    signature?: string,
    body?: readonly unknown[],
  ): Promise<readonly unknown[]> {
    if (ended) throw new GatewayError('link/closed', `${address} is not connected.`);
    const call = { path: one.path, iface: CHARACTERISTIC, member, timeoutMs: CALL_MS };
    return await bus.call(signature === undefined ? call : { ...call, signature, body: body ?? [] }).catch((cause: unknown) => {
      const fault = asStep(cause, 'ble/gatt', `${address}, ${what} ${one.uuid}`);
      throw cause instanceof GatewayError && cause.code === 'adapter/timeout' ? cause : fault;
    });
  }
  const stopListening = objects.onChange(({ kind, path, iface, names }) => {
    if (!path.startsWith(device)) return;
    if (path === device && iface === DEVICE) {
      const lost = kind === 'removed' || (names.has('Connected') && !flagIn(objects.get(device, DEVICE), 'Connected'));
      if (lost)
        void finish(
          false,
          new GatewayError('link/lost', `${address}: the Bluetooth connection was lost.`, { remedy: OUT_OF_REACH }),
        );
      return;
    }
    if (iface !== CHARACTERISTIC || kind !== 'changed' || !names.has('Value')) return;
    const value = rowOf(objects.get(path, CHARACTERISTIC)?.get('Value'));
    if (value) for (const listener of listeners.get(path) ?? []) listener(value);
  });

  /** `closed` resolves only when the device is really let go, so that the next one finds it free. */
  async function finish(disconnect: boolean, fault?: Error): Promise<void> {
    if (ended) return;
    ended = true;
    stopListening();
    listeners.clear();
    if (disconnect) {
      await bus.call({ path: device, iface: DEVICE, member: 'Disconnect', timeoutMs: CLOSE_MS }).catch(() => {}); // it is gone already
    }
    closing.resolve(fault);
  }

  return {
    address,
    characteristics: characteristics.map(({ uuid, service, flags }) => ({ uuid, service, flags })),
    async read(name, signal) {
      const [value] = await unlessAborted(ask(find(name), 'ReadValue', 'reading', 'a{sv}', [{}]), signal);
      const bytes = rowOf(value);
      if (!bytes) throw new GatewayError('ble/gatt', `${address}: reading ${name} gave no bytes.`);
      return bytes;
    },
    async write(name, value, mode, signal) {
      const body = [[...value], { type: typed('s', mode) }];
      await unlessAborted(ask(find(name), 'WriteValue', 'writing', 'aya{sv}', body), signal);
    },
    async notify(name, listener, signal) {
      const one = find(name);
      const own = (value: Uint8Array): void => listener(value);
      const all = listeners.get(one.path) ?? new Set();
      listeners.set(one.path, all.add(own));
      const leave = async (): Promise<void> => {
        if (!all.delete(own) || all.size > 0 || ended) return;
        listeners.delete(one.path);
        await ask(one, 'StopNotify', 'ending notifications of').catch(() => {}); // ends with the connection at the latest
      };
      if (all.size > 1) return leave;
      try {
        await unlessAborted(ask(one, 'StartNotify', 'notifications of'), signal);
      } catch (cause) {
        if (isBusError(cause, 'InProgress')) return leave; // they are on already, and come to us
        all.delete(own);
        throw cause;
      }
      return leave;
    },
    closed: closing.promise,
    async close() {
      await finish(true);
      await closing.promise;
    },
    end: (fault) => void finish(true, fault),
  };
}
