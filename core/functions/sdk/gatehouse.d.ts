/**
 * What a function imports as `gatehouse`. `gatehouse function new` puts this file beside a new function's code, so that an editor
 * knows it; at run time the gateway supplies the module. Every refusal is an Error with `code`, such as `function/denied`.
 */
declare module 'gatehouse' {
  export type Payload = string | Uint8Array | ArrayBuffer | object | number | boolean | null;

  /** Publishes as this function; `permissions.publish` says where it may. Text and bytes go as they are, anything else as JSON. Resolves when accepted: to the cloud, when on disk. */
  export function publish(topic: string, payload: Payload, options?: { qos?: 0 | 1 | 2; retain?: boolean }): Promise<void>;

  /** A message as `subscribe` and `request` give it. */
  export interface Incoming {
    readonly topic: string;
    /** `device:meter` */
    readonly source: string;
    readonly payload: Uint8Array;
    text(): string;
    /** Throws when it is not JSON. */
    json<T = unknown>(): T;
  }

  /**
   * Publishes and waits for the first message on `replyTopic` (else `<topic>/reply`), which `permissions.replies` must name. Rejects with
   * `function/no-reply` after `timeoutMs` (3000).
   */
  export function request(
    topic: string,
    payload: Payload,
    options?: { replyTopic?: string; timeoutMs?: number },
  ): Promise<Incoming>;

  /**
   * In a long-lived function: of the messages that the document's subscriptions bring to it, those whose topic matches go to the listener
   * instead of the handler, one at a time, with the function's deadline. A throw fails that event. Returns the end of it.
   */
  export function subscribe(filter: string, listener: (message: Incoming) => void | Promise<void>): () => void;

  /**
   * Small values, as JSON, that survive restarts and new versions: 64 KB each, 10,000 keys, 16 MB in all; instances of a function share
   * them. What changes one resolves when it is on disk.
   */
  export const state: {
    get<T = unknown>(key: string): Promise<T | undefined>;
    /** null and undefined remove it. */
    set(key: string, value: unknown): Promise<void>;
    delete(key: string): Promise<void>;
    keys(prefix?: string): Promise<readonly string[]>;
    /** Reads, changes, writes, and does it again when another invocation was quicker (at most 10 times). */
    update<T = unknown>(key: string, change: (value: T | undefined) => T | undefined): Promise<T | undefined>;
  };

  export const history: {
    /** `series`: `devices/meter/power`. Times in ms since 1970 or Date; `to` is now unless told, `buckets` 300 (at most 5,000). */
    query(series: string, range: { from: number | Date; to?: number | Date; buckets?: number }): Promise<readonly TrendPoint[]>;
  };
  export interface TrendPoint {
    readonly at: number;
    readonly min: number | null;
    readonly max: number | null;
    readonly avg: number | null;
    readonly last: number | string | boolean | null;
    readonly count: number;
  }

  export const device: {
    /** Writes a point; resolves when the device has confirmed it. */
    command(device: string, point: string, value: number | string | boolean): Promise<void>;
    read(device: string): Promise<
      Readonly<
        Record<
          string,
          {
            value: number | string | boolean | null;
            unit: string;
            quality: 'good' | 'stale' | 'bad';
            at: number | null;
          }
        >
      >
    >;
  };

  /** A secret of the gateway: text, or bytes, as it was set. `stage` is the newest (`AWSCURRENT`) unless told. */
  export function secret(name: string, stage?: string): Promise<string | Uint8Array>;

  /**
   * Invokes another function of the site and gives its result. The event goes as JSON, bytes as they are; a result that is no JSON comes
   * as bytes. Its failure is an Error with its `name` and `message`, and `functionError` `Handled` or `Unhandled`.
   */
  export function invoke<T = unknown>(name: string, event: unknown): Promise<T>;

  /** Lines for the function's log; `data` is written behind the message. At most 200 a second, as with `console`. */
  export const log: {
    [L in 'debug' | 'info' | 'warn' | 'error']: (message: string, data?: Readonly<Record<string, unknown>>) => void;
  };

  /** Figures of the function's own, shown on its page and to Prometheus. At most 50 names, of small letters, digits and `_`. */
  export const metrics: {
    count(name: string, by?: number): void;
    gauge(name: string, value: number): void;
  };

  export const schedule: {
    /** One more invocation, at a time or in so many ms; kept over restarts. The same id replaces. */
    at(id: string, when: number | Date | { inMs: number }, event?: unknown): Promise<void>;
    cancel(id: string): Promise<boolean>;
  };

  /** The shape of a handler, for `satisfies Handler`. */
  export type Handler<E = unknown, R = unknown> = (event: E, context: Context) => R | Promise<R>;
  export interface Context {
    readonly awsRequestId: string;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly clientContext: {
      readonly custom: Readonly<Record<string, unknown>> & {
        readonly subject: string;
      };
    };
    readonly gatehouse: {
      readonly topic: string;
      readonly source: string;
      readonly attempt: number;
    };
    getRemainingTimeInMillis(): number;
  }
}
