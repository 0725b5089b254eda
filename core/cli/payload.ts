import { readFile } from 'node:fs/promises';
import { describe, GatewayError } from '../base/errors.ts';
import type { Context } from './commands/command.ts';

/** As the contract allows: 1,398,104 characters of base64. */
export const MAX_PAYLOAD_BYTES = 1_048_576;

export interface PayloadOptions {
  readonly payload: string | undefined;
  /** `-` reads the standard input. */
  readonly file: string | undefined;
}

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });

/** All of the standard input, a little more than `maxBytes` at most. Rejects `cli/bad-input` at a terminal, saying `missing`. */
export async function readStdin(
  { stdin, signal }: Pick<Context, 'stdin' | 'signal'>,
  maxBytes: number,
  missing: string,
): Promise<Buffer> {
  if (stdin.isTTY) throw badInput(missing);
  signal.addEventListener('abort', () => stdin.destroy(), { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

/** A file that a person has named. Rejects `cli/bad-input`. */
export const readNamed = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw badInput(`the file ${path} cannot be read: ${describe(cause)}`, cause);
  });

/** The payload that a command was given. Rejects `cli/bad-input`: two of them, unreadable, above a megabyte. Null: there is none. */
export async function payloadOf({ payload, file }: PayloadOptions, context: Context, fileOption: string): Promise<Buffer | null> {
  if (file !== undefined && payload !== undefined) throw badInput(`give either a payload or ${fileOption}, not both`);
  if (file === undefined && payload === undefined) return null;
  const missing = `there is no payload: name it, give ${fileOption}, or pipe it in`;
  const bytes =
    file === undefined
      ? Buffer.from(payload ?? '')
      : file === '-'
        ? await readStdin(context, MAX_PAYLOAD_BYTES, missing)
        : await readNamed(file);
  if (bytes.length > MAX_PAYLOAD_BYTES) throw badInput(`the payload has more than ${MAX_PAYLOAD_BYTES} bytes`);
  return bytes;
}
