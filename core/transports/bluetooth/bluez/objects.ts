import { createEmitter } from '../../../base/emitter.ts';
import type { BlueBus } from './bus.ts';

export const ADAPTER = 'org.bluez.Adapter1';
export const DEVICE = 'org.bluez.Device1';
export const SERVICE = 'org.bluez.GattService1';
export const CHARACTERISTIC = 'org.bluez.GattCharacteristic1';
export const PROPERTIES = 'org.freedesktop.DBus.Properties';
const MANAGER = 'org.freedesktop.DBus.ObjectManager';
const LOAD_MS = 10_000;

export type Properties = ReadonlyMap<string, unknown>;

export interface ObjectChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly path: string;
  readonly iface: string;
  /** Properties that are new or have another value. */
  readonly names: ReadonlySet<string>;
}

/** What BlueZ has, kept up to date by its signals: one subscription for all devices, however many. */
export interface BlueObjects {
  /** Rejects as `BlueBus.call`. */
  load(): Promise<void>;
  get(path: string, iface: string): Properties | undefined;
  /** Every object that has this interface, at or below a path. */
  of(iface: string, below?: string): IterableIterator<readonly [string, Properties]>;
  onChange(listener: (change: ObjectChange) => void): () => void;
  close(): void;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function createObjects(bus: BlueBus, onError: (cause: unknown) => void): BlueObjects {
  const objects = new Map<string, Map<string, Map<string, unknown>>>();
  const changes = createEmitter<ObjectChange>(onError);

  function set(path: string, interfaces: unknown): string[] {
    if (!isRecord(interfaces)) return [];
    const kept = objects.get(path) ?? new Map<string, Map<string, unknown>>();
    const known = Object.entries(interfaces).filter(([name]) => name.startsWith('org.bluez.'));
    for (const [name, values] of known) kept.set(name, new Map(Object.entries(isRecord(values) ? values : {})));
    if (kept.size > 0) objects.set(path, kept);
    return known.map(([name]) => name);
  }
  function added([path, interfaces]: readonly unknown[]): void {
    if (typeof path !== 'string') return;
    for (const iface of set(path, interfaces)) {
      changes.emit({ kind: 'added', path, iface, names: new Set(objects.get(path)?.get(iface)?.keys()) });
    }
  }
  function removed([path, interfaces]: readonly unknown[]): void {
    if (typeof path !== 'string' || !Array.isArray(interfaces)) return;
    const kept = objects.get(path);
    for (const iface of interfaces) {
      if (kept?.delete(String(iface))) changes.emit({ kind: 'removed', path, iface: String(iface), names: new Set() });
    }
    if (kept?.size === 0) objects.delete(path);
  }
  function changed(path: string, [iface, values, gone]: readonly unknown[]): void {
    const kept = objects.get(path)?.get(String(iface));
    if (!kept || !isRecord(values)) return;
    for (const [name, value] of Object.entries(values)) kept.set(name, value);
    if (Array.isArray(gone)) for (const name of gone) kept.delete(String(name));
    changes.emit({ kind: 'changed', path, iface: String(iface), names: new Set(Object.keys(values)) });
  }

  const stop = bus.onSignal(({ path, iface, member, body }) => {
    if (iface === PROPERTIES && member === 'PropertiesChanged') changed(path, body);
    else if (iface === MANAGER && member === 'InterfacesAdded') added(body);
    else if (iface === MANAGER && member === 'InterfacesRemoved') removed(body);
  });

  return {
    async load() {
      await bus.watch(`type='signal',sender='org.bluez',interface='${MANAGER}'`);
      await bus.watch(`type='signal',sender='org.bluez',interface='${PROPERTIES}',member='PropertiesChanged'`);
      const [all] = await bus.call({ path: '/', iface: MANAGER, member: 'GetManagedObjects', timeoutMs: LOAD_MS });
      objects.clear();
      if (isRecord(all)) for (const [path, interfaces] of Object.entries(all)) set(path, interfaces);
    },
    get: (path, iface) => objects.get(path)?.get(iface),
    *of(iface, below = '') {
      for (const [path, interfaces] of objects) {
        const properties = path === below || path.startsWith(`${below}/`) ? interfaces.get(iface) : undefined;
        if (properties) yield [path, properties];
      }
    },
    onChange: (listener) => changes.on(listener),
    close: stop,
  };
}

export const textIn = (properties: Properties | undefined, name: string): string => {
  const value = properties?.get(name);
  return typeof value === 'string' ? value : '';
};
export const flagIn = (properties: Properties | undefined, name: string): boolean => properties?.get(name) === true;
export const textsIn = (properties: Properties | undefined, name: string): string[] => {
  const value = properties?.get(name);
  return Array.isArray(value) ? value.map(String) : [];
};
/** Entries of a dictionary whose values are rows of bytes. */
export function bytesIn(properties: Properties | undefined, name: string): readonly (readonly [string, Uint8Array])[] {
  const value = properties?.get(name);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, bytes]) => {
    const row = rowOf(bytes);
    return row ? [[key, row] as const] : [];
  });
}

/** A row of bytes as it comes from the bus. */
export function rowOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? Uint8Array.from(value.map(Number)) : undefined;
}
