import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { RawFrame, ReadingBatch } from '../contract/reading.ts';
import type { BleRadio } from '../transports/bluetooth/radio.ts';
import type { ByteLinks } from '../transports/byte-port.ts';
import type { PortClaims } from '../transports/ports/claims.ts';
import type { MqttTraffic } from './mqtt-traffic.ts';

/** What there is of the field besides byte links. One for the whole gateway. */
export interface FieldServices {
  /** Key of a line: the same for all devices on it. */
  keyOf(link: LinkConfig, device: string): string;
  readonly claims: PortClaims;
  readonly radio: BleRadio;
  readonly mqtt: MqttTraffic;
  /** The key of a Bluetooth device by the name of its secret. Rejects with `secret/unknown`, `secret/unreadable`. */
  bindKey(secret: string): Promise<string>;
}

/** What a command of a device gave. */
export interface CommandOutcome {
  /** `confirmed`: the device was asked again and has it, or has said so by itself. */
  readonly state: 'confirmed' | 'done';
  /** What the device said, in words. */
  readonly words: string;
  readonly value?: number | string | boolean | null;
}

/** What an adapter may use. It knows neither the router nor the store, and does not reconnect. */
export interface AdapterContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly links: ByteLinks;
  readonly field: FieldServices;
  /** Readings of one poll or one frame. `heardAt` is the monotonic time in ms at which its last byte arrived, for tracing. */
  emit(batch: ReadingBatch, heardAt: number): void;
  /** Each frame on the wire, good or faulty, for the screen. Call it only while `framesWanted()` or when faulty. */
  frame(frame: RawFrame): void;
  framesWanted(): boolean;
  /** A fault that does not end the session (timeout, bad frame, exception): counted by its code, shown as last error. */
  fault(error: Error): void;
  random(): number;
}

/** One open connection that speaks one protocol. */
export interface AdapterSession {
  /** Resolves once, never rejects: undefined after `close()`, else the fault that ended it. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
  /** Reads everything now, out of turn, where the protocol can ask. */
  readNow?(signal: AbortSignal): Promise<void>;
  /** Writes one point; rejects with `adapter/not-writable`, `adapter/unknown-point`, `adapter/exception`, `adapter/timeout`. */
  write?(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  /** As `write`, without waiting for the device to say what became of it. Absent: `write` does not wait for that anyway. */
  send?(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  /**
   * As `write`, and reads the point again or waits for the device's own report; rejects with `adapter/not-confirmed` where it differs, and
   * with `adapter/no-report` where none comes. Absent: `write`, then the next reading.
   */
  writeConfirmed?(point: string, value: number | string | boolean, signal: AbortSignal): Promise<CommandOutcome>;
  /** An action of this kind of device (`tare`, `print`); rejects with `adapter/unknown-command`, `adapter/refused`. Never repeated. */
  act?(action: string, argument: string | undefined, signal: AbortSignal): Promise<CommandOutcome>;
  /** Key of the bus it shares, in the views. */
  readonly bus?: string;
}

/** A protocol. `open` rejects with a GatewayError when the link cannot be had; the supervisor tries again with backoff. */
export interface AdapterKind<C extends DeviceConfig = DeviceConfig> {
  readonly kind: C['adapter'];
  /** The connection for people. */
  describe(config: C): string;
  open(config: C, context: AdapterContext, signal: AbortSignal): Promise<AdapterSession>;
}
