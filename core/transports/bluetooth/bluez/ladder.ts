import type { Logger } from '../../../base/log.ts';
import type { BlueBus } from './bus.ts';
import { ADAPTER, type BlueObjects, DEVICE, flagIn } from './objects.ts';
import type { Radios } from './radios.ts';

const CALL_MS = 5000;
/** Failures of one device in a row until BlueZ is made to forget it. */
const FORGET_AFTER = 3;
/** Failures of a radio in a row, of more than one device, until it is switched off and on. */
const RESET_AFTER = 6;
const MOST_DEVICES = 1000;

/** What is done when connections fail: disconnect, then forget the device, then restart the radio. */
export interface Ladder {
  /** Its last connection failed. */
  isDoubtful(address: string): boolean;
  succeeded(radio: string, address: string): void;
  /** Never rejects. */
  failed(radio: string, address: string, devicePath: string): Promise<void>;
}

export function createLadder(deps: {
  readonly log: Logger;
  readonly bus: BlueBus;
  readonly objects: BlueObjects;
  readonly radios: Radios;
  /** A radio with open connections is not switched off. */
  readonly connections: (radio: string) => number;
}): Ladder {
  const { log, bus, objects, radios } = deps;
  const ofDevice = new Map<string, number>();
  const ofRadio = new Map<string, { count: number; addresses: Set<string> }>();

  const quietly = async (call: Parameters<BlueBus['call']>[0]): Promise<void> => {
    await bus.call(call).catch((cause: unknown) => log.debug('ble.reset-step-failed', { step: call.member, cause }));
  };
  /** A paired device keeps its keys: to forget it is for a person to decide. */
  async function forget(radio: string, address: string, path: string): Promise<void> {
    if (flagIn(objects.get(path, DEVICE), 'Paired')) return;
    log.warn('ble.device-forgotten', { radio, address });
    await quietly({
      path: `/org/bluez/${radio}`,
      iface: ADAPTER,
      member: 'RemoveDevice',
      signature: 'o',
      body: [path],
      timeoutMs: CALL_MS,
    });
  }

  return {
    isDoubtful: (address) => ofDevice.has(address),
    succeeded(radio, address) {
      ofDevice.delete(address);
      ofRadio.delete(radio);
    },
    async failed(radio, address, path) {
      if (!ofDevice.has(address) && ofDevice.size >= MOST_DEVICES) ofDevice.clear();
      const count = (ofDevice.get(address) ?? 0) + 1;
      ofDevice.set(address, count);
      const row = ofRadio.get(radio) ?? { count: 0, addresses: new Set<string>() };
      row.count += 1;
      row.addresses.add(address);
      ofRadio.set(radio, row);
      radios.figures(radio).deviceResets += 1;
      await quietly({ path, iface: DEVICE, member: 'Disconnect', timeoutMs: CALL_MS });
      if (count % FORGET_AFTER === 0) await forget(radio, address, path);
      if (row.count < RESET_AFTER || row.addresses.size < 2 || deps.connections(radio) > 0) return;
      ofRadio.delete(radio);
      if (await radios.reset(radio)) log.warn('ble.radio-reset', { radio, because: `${row.count} connections failed in a row` });
    },
  };
}
