import { GatewayError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import type { Input } from '../../contract/api.ts';
import type { ApiClient } from '../../contract/client.ts';
import type { InvocationView } from '../../contract/function-views.ts';
import { EXIT, type ExitCode, type Output, printable } from '../output.ts';
import { payloadOf, readNamed } from '../payload.ts';
import type { Context } from './command.ts';
import { payloadText } from './streams.ts';

export interface InvokeOptions {
  readonly name: string;
  /** The event; nothing at all is an empty one. */
  readonly payload: string | undefined;
  /** File with the event; `-` reads the standard input. */
  readonly event: string | undefined;
  /** Name of an event that was saved in the console. */
  readonly saved: string | undefined;
  readonly topic: string | undefined;
  /** File with the client context as JSON. */
  readonly context: string | undefined;
  /** The client context itself: JSON, or base64 as Lambda's command line takes it. */
  readonly clientContext: string | undefined;
}

type ClientContext = NonNullable<Input<'function.invoke'>['clientContext']>;

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });

/** An object of the form that Lambda has; what is in it, the gateway checks. */
export function parseContext(path: string, text: string): ClientContext {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw badInput(`the client context ${path} is not JSON`, cause);
  }
  throw badInput(`the client context ${path} is not a JSON object`);
}

/** The client context that a person gave, in a file or at once. Rejects `cli/bad-input`. */
export async function givenContext(
  options: Pick<InvokeOptions, 'context' | 'clientContext'>,
): Promise<ClientContext | undefined> {
  const { context, clientContext } = options;
  if (context !== undefined && clientContext !== undefined) throw badInput('give either --context or --client-context, not both');
  if (context !== undefined) return parseContext(context, (await readNamed(context)).toString('utf8'));
  if (clientContext === undefined) return undefined;
  return clientContext.trimStart().startsWith('{') ? parseContext('of --client-context', clientContext) : clientContext;
}

async function savedEvent(client: ApiClient, name: string, saved: string, signal: AbortSignal) {
  const events = await client.call('test-event.list', { function: name }, signal);
  const found = events.find((one) => one.name === saved);
  if (found) return found;
  const known = events.map((one) => one.name).join(', ');
  throw badInput(`there is no saved event "${saved}" of "${name}"; ${known === '' ? 'none is saved' : `there are: ${known}`}`);
}

/** What a person sees of an invocation: log and publishes beside the result. */
export function showInvocation(output: Output, view: InvocationView): void {
  const result = Buffer.from(view.payload, 'base64');
  if (output.json) {
    output.line(JSON.stringify({ ...view, text: payloadText(result) }));
    return;
  }
  const { unlisted } = view;
  for (const { level, text } of view.logs) output.note(printable(`${level.padEnd(5)} ${text}`));
  if (unlisted.logs > 0) output.note(`... and ${counted(unlisted.logs, 'more line')} of its log`);
  for (const { topic, size, payload } of view.published) {
    const bytes = Buffer.from(payload, 'base64');
    output.note(`-> ${printable(topic)} ${payloadText(bytes)}${bytes.length < size ? ` ... (${size} bytes)` : ''}`);
  }
  if (unlisted.published > 0) output.note(`-> ... and ${counted(unlisted.published, 'more message')}`);
  output.line(payloadText(result));
  const failed = view.functionError === '' ? 'done' : `failed (${view.functionError})`;
  const waited = view.waitedMs >= 1 ? `, waited ${view.waitedMs.toFixed(0)} ms` : '';
  output.note(
    `${failed} in ${view.durationMs.toFixed(1)} ms${waited}${view.cold ? ', cold start' : ''}; request ${view.requestId}`,
  );
}

/** `gatehouse invoke <function> [event]`: with its result on the standard output, log and publishes beside it. Failed: exit code 1. */
export async function invokeFunction(context: Context, options: InvokeOptions): Promise<ExitCode> {
  const { name, saved, topic, event } = options;
  if (saved !== undefined && (event ?? options.payload) !== undefined)
    throw badInput('give either an event or --saved, not both');
  const piped = options.payload === '-';
  const payload = await payloadOf(
    { payload: piped ? undefined : options.payload, file: piped ? (event ?? '-') : event },
    context,
    'an --event file',
  );
  const clientContext = await givenContext(options);
  return context.withClient(async (client) => {
    const kept = saved === undefined ? null : await savedEvent(client, name, saved, context.signal);
    const view = await client.call(
      'function.invoke',
      {
        name,
        payload: kept?.payload ?? payload?.toString('base64') ?? '',
        topic: topic ?? kept?.topic ?? 'gatehouse/invoke',
        ...(clientContext !== undefined && { clientContext }),
      },
      context.signal,
    );
    showInvocation(context.output, view);
    return view.functionError === '' ? EXIT.ok : EXIT.failed;
  });
}
