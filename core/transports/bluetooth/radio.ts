import type { Service } from '../../base/service.ts';
import type { RadioView } from '../../contract/field-views.ts';
import type { Claim } from '../ports/claims.ts';

/** One advertisement as BlueZ reports it: what is in it, and how strong. */
export interface Advert {
  /** Upper case with colons. */
  readonly address: string;
  readonly addressType: 'public' | 'random';
  readonly radio: string;
  readonly name: string;
  /** dBm; null where the radio does not say (127). */
  readonly rssi: number | null;
  readonly txPower: number | null;
  readonly manufacturer: ReadonlyMap<number, Uint8Array>;
  /** By UUID as `radio.ts` writes it: `feaa`, or in full. */
  readonly services: ReadonlyMap<string, Uint8Array>;
  readonly uuids: readonly string[];
  /** The packet brought its strength and no data: `manufacturer` and `services` are those of an earlier one. */
  readonly strengthOnly?: boolean;
  /** The one of the two that is of an earlier packet, where this packet brought only the other one. */
  readonly stale?: 'manufacturer' | 'services';
  /** Monotonic ms. */
  readonly heardAt: number;
}

export interface KnownDevice {
  readonly address: string;
  readonly radio: string;
  readonly name: string;
  readonly paired: boolean;
  readonly connected: boolean;
}

export interface GattCharacteristic {
  /** Short where it is one of the Bluetooth SIG: `2a37`. */
  readonly uuid: string;
  readonly service: string;
  readonly flags: readonly string[];
}

/** An open connection. Every step has its own deadline; nothing here can wait for ever. */
export interface BleConnection {
  readonly address: string;
  readonly characteristics: readonly GattCharacteristic[];
  /**
   * A characteristic is named by its UUID, or `<service>/<characteristic>` where a device has it twice.
   * Rejects with `ble/gatt`, `link/closed`, `adapter/timeout`.
   */
  read(characteristic: string, signal: AbortSignal): Promise<Uint8Array>;
  write(characteristic: string, value: Uint8Array, mode: 'request' | 'command', signal: AbortSignal): Promise<void>;
  notify(characteristic: string, listener: (value: Uint8Array) => void, signal: AbortSignal): Promise<() => Promise<void>>;
  /** Resolves, never rejects: undefined after `close()`, else the fault that ended it. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly radio?: string | undefined;
  readonly pair: boolean;
  readonly timeoutMs: number;
  /** For the screen and for claims: a device's id, or a tool. */
  readonly user: string;
  /** Of a tool that has claimed `ble:<address>`. */
  readonly claim?: Claim | undefined;
}

/**
 * Bluetooth LE, as adapters and tools see it. One at a time connects; the others wait in a queue. Where there is none (Windows, no BlueZ),
 * `start` succeeds, `problem` says why, and everything else rejects with `ble/not-available`.
 */
export interface BleRadio extends Service {
  /** Why there is no Bluetooth; null where there is, and until it was looked for the first time. */
  readonly problem: Error | null;
  radios(): readonly RadioView[];
  onChanged(listener: () => void): () => void;
  /** Every advertisement, of all devices, until the returned function is called. Listening is passive while nobody holds a scan. */
  onAdvert(listener: (advert: Advert) => void): () => void;
  /** Active scanning while at least one hold is held. */
  holdScan(): () => void;
  known(): readonly KnownDevice[];
  /** Waits for its turn. Rejects with `ble/*`, `adapter/timeout`, `link/claimed` or the signal's reason. */
  connect(address: string, options: ConnectOptions, signal: AbortSignal): Promise<BleConnection>;
  /** Removes pairing and cache of a device. */
  forget(address: string): Promise<void>;
  power(radio: string, on: boolean): Promise<void>;
}
