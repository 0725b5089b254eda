/** The contexts of Lambda and of Greengrass, and `gatehouse` for what AWS has no word for. */

export type PublishPayload = string | Uint8Array | ArrayBuffer | object | number | boolean | null;
export interface PublishOptions {
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
}

export interface GatehouseContext {
  /** Topic of the event. */
  readonly topic: string;
  /** Who sent it, as in subscriptions: `device:meter`, `cloud`, `client:pump-1`. */
  readonly source: string;
  /** 1 for the first attempt at this event. */
  readonly attempt: number;
  /** Publishes a message as this function: as `publish` of the module `gatehouse`, tied to this invocation. */
  publish(topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
}

/** The second argument of a handler. Its methods are its own and need no `this`: code hands them on, as in `then(context.succeed)`. */
export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /**
   * Counts where a callback ends the invocation. True: the result is told when the event loop is empty, as Lambda waits; false: at
   * once, as errors always are. A returned promise ends it at once, whatever stands here. True at first, as in Lambda; in a long-lived
   * function false, as on Greengrass: its timers and lines never end.
   */
  callbackWaitsForEmptyEventLoop: boolean;
  /** Node code reads `Custom.subject`, the wire and Python say `custom`: the same object under both names. */
  readonly clientContext: {
    readonly client: Readonly<Record<string, unknown>>;
    readonly Custom: Readonly<Record<string, unknown>> & {
      readonly subject: string;
    };
    readonly custom: Readonly<Record<string, unknown>> & {
      readonly subject: string;
    };
    readonly env: Readonly<Record<string, unknown>>;
  };
  readonly identity: undefined;
  readonly gatehouse: GatehouseContext;
  /** Milliseconds until the deadline; never below 0. */
  getRemainingTimeInMillis(): number;
  /** Of the oldest Lambda runtimes, still found in code: as the callback, but they end the invocation at once. */
  done(error?: unknown, result?: unknown): void;
  succeed(result?: unknown): void;
  fail(error: unknown): void;
}

/** A handler may return one message to publish, or several; any other result is only the invocation's result. */
export interface ReturnedMessage extends PublishOptions {
  readonly topic: string;
  readonly payload: PublishPayload;
}
