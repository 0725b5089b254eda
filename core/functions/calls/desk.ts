import { GatewayError } from '../../base/errors.ts';
import type { CallDesk, CallFacts, SdkHandlers } from './call-desk.ts';
import { CALL_SCHEMAS } from './call-schemas.ts';
import type { DeskDeps } from './desk-deps.ts';
import { deviceCalls } from './device-calls.ts';
import { invokeCalls } from './invoke-calls.ts';
import { publishCalls } from './publish-calls.ts';
import { scheduleCalls } from './schedule-calls.ts';
import type { SdkMethod } from './sdk-calls.ts';
import { secretCalls } from './secret-calls.ts';
import { shadowCalls } from './shadow-calls.ts';
import { stateCalls } from './state-calls.ts';

/** Calls of one function that are under way; beyond it `function/busy`. */
const UNDER_WAY = 1000;

const isMethod = (method: string): method is SdkMethod => Object.hasOwn(CALL_SCHEMAS, method);

/**
 * The desk of one function, for all its instances. `take` rejects with a GatewayError only: `api/bad-input` for a call that is none,
 * `function/busy`, `function/denied`, the call's own; of anything unforeseen the log has the cause. An aborted signal rejects at once
 * what is under way; what has begun and cannot be called back goes on.
 */
export function createCallDesk(deps: DeskDeps, name: string): CallDesk {
  const handlers: SdkHandlers = {
    ...invokeCalls(deps, name),
    ...publishCalls(deps, name),
    ...shadowCalls(deps),
    ...secretCalls(deps),
    ...stateCalls(deps, name),
    ...deviceCalls(deps),
    ...scheduleCalls(deps, name),
  };
  let underWay = 0;

  function run<M extends SdkMethod>(method: M, input: unknown, facts: CallFacts, signal: AbortSignal): Promise<unknown> {
    const parsed = CALL_SCHEMAS[method].safeParse(input);
    if (parsed.success) return handlers[method](parsed.data, facts, signal);
    const why = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
    throw new GatewayError('api/bad-input', `Function "${name}" called ${method} with a wrong argument: ${why}.`);
  }
  function foreign(method: string, cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause;
    deps.log.error('function.call-failed', { function: name, method, cause });
    return new GatewayError('gateway/internal', `The call ${method} failed inside the gateway; its log says why.`);
  }
  /** Ends with the signal, whatever the work does. */
  function withSignal(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new GatewayError('api/cancelled', 'The instance that called has ended.'));
      signal.addEventListener('abort', stop, { once: true });
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
  return {
    async take(method, input, facts, signal) {
      if (!isMethod(method)) throw new GatewayError('api/bad-input', `There is no call "${method.slice(0, 60)}".`);
      if (signal.aborted) throw new GatewayError('api/cancelled', 'The instance that called has ended.');
      if (underWay >= UNDER_WAY) {
        throw new GatewayError('function/busy', `Function "${name}" has ${UNDER_WAY} calls under way already.`, {
          remedy: 'Wait for the answers of some calls before the next.',
        });
      }
      underWay += 1;
      // `async`, so that a refusal before the first wait is a rejection like any other
      const work = (async () => run(method, input, facts, signal))().finally(() => {
        underWay -= 1;
      });
      try {
        return await withSignal(work, signal);
      } catch (cause) {
        throw foreign(method, cause);
      }
    },
  };
}
