import { GatewayError } from '../../base/errors.ts';
import type { Input, Output } from '../../contract/api.ts';
import type { ClientContext, InvokeOutcome } from '../../functions/invocation.ts';
import type { FunctionRunner } from '../../functions/runner.ts';
import type { Handlers } from '../sources.ts';
import { functionRules } from './function-rules.ts';
import { bytesOf, checkTopic } from './input-checks.ts';
import { base64Of } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

type Methods = Pick<Handlers, 'function.list' | 'function.rules' | 'function.restart' | 'function.pause' | 'function.invoke'>;

/** A published message is shown up to here, and all of them together; the result is sent whole. */
const SHOWN_PUBLISH_BYTES = 4096;
const SHOWN_BYTES = 1_048_576;

/** The runner of this name. Throws `function/unknown`. */
export function runnerOf(runtime: GatewayRuntime, name: string): FunctionRunner {
  const found = runtime.functions().get(name);
  if (!found) throw new GatewayError('function/unknown', `There is no function "${name}".`);
  return found;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const HOW = 'Give an object with "client", "custom" and "env", each an object itself, as Lambda takes it.';

/** The object that is in the base64 that Lambda's API takes. */
function decoded(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // said below, as for JSON that is no object
  }
  throw new GatewayError('api/bad-input', 'The client context is not a JSON object in base64.', { remedy: HOW });
}

/** The parts that Lambda knows, each an object; others are refused, for they would not reach the function. */
export function contextOf(input: NonNullable<Input<'function.invoke'>['clientContext']>): ClientContext {
  const context: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [part, value] of Object.entries(typeof input === 'string' ? decoded(input) : input)) {
    if (!['client', 'custom', 'env'].includes(part) || !isObject(value))
      throw new GatewayError('api/bad-input', `The client context has a part "${part}" that cannot be used.`, {
        remedy: HOW,
      });
    context[part] = value;
  }
  return context;
}

/** What a caller sees of an invocation. */
export function invocationView(outcome: InvokeOutcome): Output<'function.invoke'> {
  let room = SHOWN_BYTES;
  function shown(payload: Uint8Array): string {
    const part = payload.subarray(0, Math.min(SHOWN_PUBLISH_BYTES, room));
    room -= part.byteLength;
    return base64Of(part);
  }
  return {
    requestId: outcome.requestId,
    functionError: outcome.functionError,
    statusCode: outcome.statusCode,
    payload: base64Of(outcome.payload),
    durationMs: outcome.durationMs,
    waitedMs: outcome.waitedMs,
    cold: outcome.cold,
    logs: outcome.logs.map(([level, text]) => ({ level, text })),
    published: outcome.published.map(({ topic, payload }) => ({
      topic,
      size: payload.byteLength,
      payload: shown(payload),
    })),
    unlisted: outcome.unlisted ?? { logs: 0, published: 0 },
  };
}

/** What a person does with a function. Who did it stands in the function's log. */
export function createFunctionHandlers(runtime: GatewayRuntime): Methods {
  const log = (name: string) => runtime.logs.logger(`function:${name}`);
  return {
    'function.list': async () => [...runtime.functions().values()].map((one) => one.view()),
    'function.rules': async ({ name }) => {
      runnerOf(runtime, name);
      return functionRules(runtime.site(), name);
    },
    'function.restart': async ({ name }, _signal, caller) => {
      const runner = runnerOf(runtime, name);
      log(name).info('function.restart-asked', { message: `${name} is restarted by hand.`, by: caller.kind });
      await runner.restart();
      return null;
    },
    'function.pause': async ({ name, paused }, _signal, caller) => {
      runnerOf(runtime, name).pause(paused);
      const message = paused ? `${name} is paused by hand.` : `${name} is resumed by hand.`;
      log(name).info(paused ? 'function.paused' : 'function.resumed', { message, by: caller.kind });
      return null;
    },
    'function.invoke': async ({ name, payload, topic, clientContext }, signal, caller) => {
      runnerOf(runtime, name);
      checkTopic(topic);
      const request = {
        payload: bytesOf(payload),
        by: { kind: caller.kind, id: caller.id },
        subject: topic,
        hops: 0,
        observe: true,
        ...(clientContext !== undefined && { clientContext: contextOf(clientContext) }),
      };
      const outcome = await runtime.invoke(name, request, signal);
      log(name).info('function.invoked', {
        message: outcome.functionError === '' ? `${name} was invoked by hand.` : `${name} was invoked by hand and failed.`,
        request: outcome.requestId,
        durationMs: outcome.durationMs,
        by: caller.kind,
      });
      return invocationView(outcome);
    },
  };
}
