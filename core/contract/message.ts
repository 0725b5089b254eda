/** Who put a message onto the gateway. */
export type SourceKind = 'device' | 'function' | 'client' | 'cloud' | 'shadow' | 'system';
export interface Source {
  readonly kind: SourceKind;
  /** Device id, function name, MQTT client id; `cloud` and `system` have one id each. */
  readonly id: string;
}

/** How far the wall clock can be trusted: never set since boot, set earlier and running on, or synchronised. */
export type ClockTrust = 'never' | 'holding' | 'synced';

export interface Stamp {
  /** Wall time in ms since 1970. */
  readonly wallMs: number;
  /** Monotonic time in ms, comparable within one boot id. */
  readonly monoMs: number;
  readonly bootId: string;
  readonly trust: ClockTrust;
}

/** One message on its way through the gateway. The payload is never parsed on the way, only where it is used. */
export interface Message {
  /** MQTT topic name, at most 256 bytes of UTF-8. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly source: Source;
  /** Counts up per source; a gap is a loss. */
  readonly sequence: number;
  readonly at: Stamp;
  /** How many functions it has been through; the router stops it at a limit. */
  readonly hops: number;
  /** Set when the message is traced: every hop then reports to the tracer. */
  readonly traceId?: string;
  /** So many ms after its stamp the message is worth nothing (MQTT 5, section 3.3.2.3.3); absent: for ever. */
  readonly expiryMs?: number;
}

/** What a party hands to the router; the router stamps sequence, time and hops. */
export interface Draft {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly source: Source;
  /** The hops of the message that caused this one, plus one; 0 where nothing caused it. */
  readonly hops?: number;
  readonly traceId?: string;
  readonly expiryMs?: number;
}
