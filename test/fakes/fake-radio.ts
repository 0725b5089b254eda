import { createEmitter } from '../../core/base/emitter.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { Advert, BleConnection, BleRadio, GattCharacteristic } from '../../core/transports/bluetooth/radio.ts';

export interface FakeDevice extends BleConnection {
  /** What a read gives; an Error rejects; `never` does not answer. */
  readonly values: Map<string, Uint8Array | Error | 'never'>;
  readonly written: string[];
  readonly listened: string[];
  notifyAll(characteristic: string, value: Uint8Array): void;
  lose(fault: Error): void;
}

export interface FakeRadio extends BleRadio {
  advertise(advert: Partial<Advert> & { address: string }): void;
  /** The next connection to this address is this device. */
  offer(address: string, characteristics: readonly GattCharacteristic[]): FakeDevice;
  setProblem(problem: Error | null): void;
  readonly connects: string[];
  readonly listeners: number;
  readonly holds: number;
}

function createDevice(address: string, characteristics: readonly GattCharacteristic[]): FakeDevice {
  const listeners = new Map<string, Set<(value: Uint8Array) => void>>();
  const ending = Promise.withResolvers<Error | undefined>();
  const values = new Map<string, Uint8Array | Error | 'never'>();
  const written: string[] = [];
  const listened: string[] = [];
  return {
    address,
    characteristics,
    values,
    written,
    listened,
    closed: ending.promise,
    async read(name, signal) {
      const value = values.get(name) ?? new GatewayError('ble/gatt', `no value for ${name}`);
      if (value instanceof Error) throw value;
      if (value !== 'never') return value;
      return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    },
    async write(name, value, mode) {
      written.push(`${name} ${Buffer.from(value).toString('hex')} ${mode}`);
    },
    async notify(name, listener) {
      listened.push(name);
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return async () => void all.delete(listener);
    },
    notifyAll(name, value) {
      for (const listener of listeners.get(name) ?? []) listener(value);
    },
    lose: ending.resolve,
    async close() {
      ending.resolve(undefined);
    },
  };
}

/** A radio in memory. */
export function createFakeRadio(): FakeRadio {
  const adverts = createEmitter<Advert>();
  const changes = createEmitter<void>();
  const devices = new Map<string, FakeDevice>();
  const connects: string[] = [];
  let problem: Error | null = null;
  let holds = 0;
  return {
    name: 'fake radio',
    connects,
    get problem() {
      return problem;
    },
    get listeners() {
      return adverts.size;
    },
    get holds() {
      return holds;
    },
    async start() {},
    async stop() {},
    radios: () => [],
    onChanged: (listener) => changes.on(() => listener()),
    onAdvert: (listener) => adverts.on(listener),
    holdScan() {
      holds += 1;
      return () => {
        holds -= 1;
      };
    },
    known: () => [],
    async connect(address) {
      connects.push(address);
      const device = devices.get(address);
      if (!device) throw new GatewayError('ble/not-seen', `${address} was not heard`);
      return device;
    },
    async forget() {},
    async power() {},
    advertise: (advert) =>
      adverts.emit({
        addressType: 'random',
        radio: 'hci0',
        name: '',
        rssi: -60,
        txPower: null,
        manufacturer: new Map(),
        services: new Map(),
        uuids: [],
        heardAt: 0,
        ...advert,
      }),
    offer(address, characteristics) {
      const device = createDevice(address, characteristics);
      devices.set(address, device);
      return device;
    },
    setProblem(next) {
      problem = next;
      changes.emit();
    },
  };
}
