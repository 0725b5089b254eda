import { readFile } from 'node:fs/promises';
import { GatewayError } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../output.ts';
import type { Context } from './command.ts';

/** As the contract allows: 1,398,104 characters of base64. */
const MAX_BYTES = 1_048_576;

export interface PublishOptions {
  readonly topic: string;
  /** `-` or nothing reads the standard input. */
  readonly payload: string | undefined;
  readonly file: string | undefined;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });

async function readStdin(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<Buffer> {
  if (stdin.isTTY) throw badInput('there is no payload: name it, give a --file, or pipe it in');
  signal.addEventListener('abort', () => stdin.destroy(), { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}

async function payloadOf(options: PublishOptions, { stdin, signal }: Context): Promise<Buffer> {
  if (options.file !== undefined && options.payload !== undefined) throw badInput('give either a payload or a --file, not both');
  if (options.file !== undefined)
    return readFile(options.file).catch((cause: unknown) => {
      throw badInput(`the file ${options.file} cannot be read`, cause);
    });
  return options.payload === undefined || options.payload === '-' ? readStdin(stdin, signal) : Buffer.from(options.payload);
}

/** `gatehouse publish <topic> [payload]`: as a local client would; done when the gateway has accepted it. */
export async function publish(context: Context, options: PublishOptions): Promise<ExitCode> {
  const payload = await payloadOf(options, context);
  if (payload.length > MAX_BYTES) throw badInput(`the payload has more than ${MAX_BYTES} bytes`);
  return context.withClient(async (client) => {
    const { topic, qos, retain } = options;
    await client.call('message.publish', { topic, payload: payload.toString('base64'), qos, retain }, context.signal);
    if (context.output.json) context.output.line(JSON.stringify({ published: { topic, bytes: payload.length, qos, retain } }));
    return EXIT.ok;
  });
}
