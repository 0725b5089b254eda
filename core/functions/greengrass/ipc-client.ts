import { FunctionArnFields } from './arn.ts';
import type { IpcClient } from './ipc.ts';
import { createKeptResults } from './kept-results.ts';
import { postedBytes, postedContext } from './posted.ts';
import { type Done, invokeWork, routerWork, secretWork, shadowWork, type Work, type WorkDeps } from './works.ts';

export interface IpcDeps extends WorkDeps {
  readonly monotonic: () => number;
  /** A new UUID. */
  newId(): string;
  /** Counts one more publish of the running invocation; throws beyond its limit. */
  countPublish(): void;
}

const errorOf = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

/** Outside of any promise: what the SDK's caller throws is an uncaught error of the function, as with Node's own callbacks. */
const later = (fn: () => void): void => process.nextTick(fn);

/**
 * The class that `aws-greengrass-ipc-sdk-js` is (contract 1.1). Everything goes over the line that the instance has anyway, which knows
 * whom it belongs to: the token is not looked at.
 */
export function createIpcClient(deps: IpcDeps): new (authToken?: unknown) => IpcClient {
  const results = createKeptResults(deps.monotonic);
  const publish = routerWork(deps);
  const system: Readonly<Record<string, Work>> = {
    GGRouter: async (posted) => {
      deps.countPublish();
      return publish(posted);
    },
    GGShadowService: shadowWork(deps),
    GGSecretManager: secretWork(deps),
  };
  const invoke = invokeWork(deps);

  async function start(arn: string, payload: unknown, context: unknown, type: unknown): Promise<Done> {
    if (type !== 'Event' && type !== 'RequestResponse')
      throw new Error(`the invocation type must be "Event" or "RequestResponse", not "${String(type)}"`);
    const { name } = new FunctionArnFields(arn);
    const work = Object.hasOwn(system, name) ? system[name] : undefined;
    return (work ?? invoke)({ arn, type, payload: postedBytes(payload), context: postedContext(context) });
  }
  const notHere = (what: string): Error =>
    new Error(`${what} is the gateway's own part: a function gets its work by its handler`);

  return class IPCClient implements IpcClient {
    postWork: IpcClient['postWork'] = (arn, payload, clientContext, type, done) => {
      const work = start(arn, payload, clientContext, type);
      if (type === 'RequestResponse') {
        const id = deps.newId();
        results.keep(id, work);
        later(() => done(null, id));
        return;
      }
      work.then(
        ({ invocationId }) => later(() => done(null, invocationId ?? deps.newId())),
        (cause: unknown) => later(() => done(errorOf(cause))),
      );
    };
    getWorkResult: IpcClient['getWorkResult'] = (_arn, invocationId, done) => {
      const result = results.take(invocationId);
      if (!result) {
        const shown = typeof invocationId === 'string' ? invocationId : typeof invocationId;
        later(() => done(new Error(`there is no result for the invocation "${shown}"`)));
        return;
      }
      result.then(
        ({ body, functionError, statusCode }) => later(() => done(null, body, functionError, statusCode)),
        (cause: unknown) => later(() => done(errorOf(cause))),
      );
    };
    getWork: IpcClient['getWork'] = (_arn, done) => later(() => done(notHere('getWork')));
    postWorkResult: IpcClient['postWorkResult'] = (_arn, _payload, _id, done) => later(() => done(notHere('postWorkResult')));
    postHandlerErr: IpcClient['postHandlerErr'] = (_arn, _error, _id, done) => later(() => done(notHere('postHandlerErr')));
  };
}
