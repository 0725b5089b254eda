import { GatewayError } from '../../base/errors.ts';
import { FunctionArnFields } from '../greengrass/arn.ts';
import type { InvokeRequest } from '../invocation.ts';
import type { CallFacts, SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { SdkInput } from './sdk-calls.ts';

const NOTHING = new Uint8Array(0);
/** As Lambda answers what it has only queued. */
const ACCEPTED = 202;

/** A function's name, of itself or out of an ARN; any version is the one that runs. */
function functionOf(target: string): string {
  if (!target.startsWith('arn:')) return target;
  try {
    return new FunctionArnFields(target).name;
  } catch (cause) {
    throw new GatewayError('api/bad-input', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function invokeCalls(deps: DeskDeps, name: string): Pick<SdkHandlers, 'invoke'> {
  function requestOf(input: SdkInput<'invoke'>, facts: CallFacts): InvokeRequest {
    const { payload, clientContext } = input;
    const custom = clientContext?.custom?.['subject'];
    const base = {
      payload,
      by: { kind: 'function', id: name } as const,
      subject: typeof custom === 'string' ? custom : '',
      hops: facts.hops + 1,
      observe: false,
      ...(clientContext ? { clientContext } : {}),
    };
    return facts.traceId === undefined ? base : { ...base, traceId: facts.traceId };
  }
  return {
    async invoke(input, facts, signal) {
      const target = functionOf(input.target);
      deps.gatekeeper.demand({ kind: 'invoke', function: target });
      const request = requestOf(input, facts);
      if (request.hops > deps.hopLimit()) {
        throw new GatewayError(
          'function/denied',
          `Function "${name}" may not invoke "${target}": the event went through more than ${deps.hopLimit()} functions.`,
          { remedy: 'Look for functions that invoke each other in circles.' },
        );
      }
      if (input.type === 'Event') {
        const requestId = await deps.host.invokeLater(target, request);
        return { requestId, functionError: '', statusCode: ACCEPTED, payload: NOTHING };
      }
      const { requestId, functionError, statusCode, payload } = await deps.host.invoke(target, request, signal);
      return { requestId, functionError, statusCode, payload };
    },
  };
}
