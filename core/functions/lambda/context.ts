/** The Lambda context, as far as a function at the edge has one, and `gatehouse` for what AWS has no word for. */

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
  /**
   * Publishes a message as this function. Text and bytes go as they are, anything else as JSON.
   * Resolves when the gateway has accepted the message: with a durable target (the cloud), when it is on disk.
   * Rejects with `code` set when the gateway refuses it. Throws at once for a wrong argument, and with the code
   * `function/publish-limit` when one invocation publishes more than the deployment allows.
   */
  publish(topic: string, payload: PublishPayload, options?: PublishOptions): Promise<void>;
}

/** The second argument of a handler. */
export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Kept for code that sets it. An invocation ends with its result here, whatever is still open. */
  callbackWaitsForEmptyEventLoop: boolean;
  /** Node code reads `Custom.subject`, the wire and Python say `custom`: both are there. */
  readonly clientContext: {
    readonly client: Record<string, never>;
    readonly Custom: { readonly subject: string };
    readonly custom: { readonly subject: string };
    readonly env: Record<string, never>;
  };
  readonly gatehouse: GatehouseContext;
  /** Milliseconds until the deadline; never below 0. */
  getRemainingTimeInMillis(): number;
}

/** A handler may return one message to publish, or several; any other result is only the invocation's result. */
export interface ReturnedMessage extends PublishOptions {
  readonly topic: string;
  readonly payload: PublishPayload;
}

export interface InvocationFacts {
  readonly requestId: string;
  readonly topic: string;
  readonly source: string;
  /** Monotonic ms at which the deadline is reached. */
  readonly deadline: number;
}

/** Builds contexts for one function; what never changes is worked out once. */
export function createContexts(
  config: { readonly name: string; readonly version: number; readonly memoryMb: number },
  now: () => number,
): (facts: InvocationFacts, publish: GatehouseContext['publish']) => FunctionContext {
  const version = String(config.version);
  const invokedFunctionArn = `arn:aws:lambda:local:000000000000:function:${config.name}:${version}`;
  const memoryLimitInMB = String(config.memoryMb);
  return (facts, publish) => ({
    awsRequestId: facts.requestId,
    functionName: config.name,
    functionVersion: version,
    invokedFunctionArn,
    memoryLimitInMB,
    logGroupName: `/aws/lambda/${config.name}`,
    logStreamName: version,
    callbackWaitsForEmptyEventLoop: true,
    clientContext: { client: {}, Custom: { subject: facts.topic }, custom: { subject: facts.topic }, env: {} },
    gatehouse: { topic: facts.topic, source: facts.source, publish },
    getRemainingTimeInMillis: () => Math.max(0, Math.round(facts.deadline - now())),
  });
}
