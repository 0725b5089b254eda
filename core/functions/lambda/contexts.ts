import type { FunctionContext, GatehouseContext } from './context.ts';

export interface InvocationFacts {
  readonly requestId: string;
  readonly topic: string;
  readonly source: string;
  /** Monotonic ms at which the deadline is reached. */
  readonly deadline: number;
}

/** Builds contexts for one function; what never changes is worked out once. */
export function createContexts(
  config: {
    readonly name: string;
    readonly version: number;
    readonly memoryMb: number;
  },
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
    clientContext: {
      client: {},
      Custom: { subject: facts.topic },
      custom: { subject: facts.topic },
      env: {},
    },
    gatehouse: { topic: facts.topic, source: facts.source, publish },
    getRemainingTimeInMillis: () => Math.max(0, Math.round(facts.deadline - now())),
  });
}
