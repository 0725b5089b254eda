import type { ClientContext } from '../invocation.ts';
import type { InstanceData } from '../protocol.ts';
import type { FunctionContext, GatehouseContext } from './context.ts';
import type { Callback } from './contract.ts';

export interface InvocationFacts {
  readonly requestId: string;
  readonly topic: string;
  readonly source: string;
  /** 1 for the first attempt at this event. */
  readonly attempt: number;
  /** Monotonic ms at which the deadline is reached. */
  readonly deadline: number;
  /** As the caller gave it; null for a message. */
  readonly clientContext: ClientContext | null;
}

export type ContextConfig = Pick<InstanceData, 'name' | 'version' | 'memoryMb' | 'functionArn' | 'longLived'>;
/** `done` ends the invocation at once, as `context.done` does. */
export type MakeContext = (facts: InvocationFacts, publish: GatehouseContext['publish'], done: Callback) => FunctionContext;

/** Builds contexts for one function; what never changes is worked out once. */
export function createContexts(config: ContextConfig, now: () => number): MakeContext {
  const version = String(config.version);
  const memoryLimitInMB = String(config.memoryMb);
  return ({ requestId, topic, source, attempt, deadline, clientContext }, publish, done) => {
    const custom = customOf(topic, clientContext);
    return {
      awsRequestId: requestId,
      functionName: config.name,
      functionVersion: version,
      invokedFunctionArn: config.functionArn,
      memoryLimitInMB,
      logGroupName: `/aws/lambda/${config.name}`,
      logStreamName: version,
      // A long-lived function has timers and lines that never end: there a callback ends the invocation, as on Greengrass.
      callbackWaitsForEmptyEventLoop: !config.longLived,
      clientContext: { client: { ...clientContext?.client }, Custom: custom, custom, env: { ...clientContext?.env } },
      identity: undefined,
      gatehouse: { topic, source, attempt, publish },
      getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - now())),
      done: (error, result) => done(error, result),
      succeed: (result) => done(null, result),
      fail: (error) => done(error ?? 'handled'),
    };
  };
}

/** The caller's own subject wins over the topic. */
function customOf(topic: string, given: ClientContext | null): FunctionContext['clientContext']['custom'] {
  if (!given?.custom) return { subject: topic };
  const { subject } = given.custom;
  return { ...given.custom, subject: typeof subject === 'string' ? subject : topic };
}
