import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { byteSize } from '../../base/words.ts';
import { EXIT, type ExitCode, printable } from '../output.ts';
import type { Context } from './command.ts';

export interface ReportWish {
  readonly format: 'pdf' | 'html' | 'json';
  readonly by: string;
  readonly company: string;
  readonly note: string;
  /** Ids; left out: all. */
  readonly devices: readonly string[] | undefined;
  /** Left out: the gateway's name for it, in the working folder, where no such file may be yet. */
  readonly out: string | undefined;
}

function unwritable(path: string, cause: NodeJS.ErrnoException): GatewayError {
  const isThere = cause.code === 'EEXIST';
  return new GatewayError('cli/bad-input', `the file ${path} ${isThere ? 'is there already' : 'cannot be written'}`, {
    cause,
    remedy: isThere ? 'Remove it, or name another file with --out.' : 'Name another file with --out.',
  });
}

/** `gatehouse report`: the site acceptance report of the devices as they are now, in a file. */
export const makeReport = (context: Context, { out, devices, ...wish }: ReportWish): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const input = { ...wish, devices: devices ? [...devices] : null };
    const { name, text } = await client.call('report.make', input, context.signal);
    const bytes = Buffer.from(text, wish.format === 'pdf' ? 'base64' : 'utf8');
    const file = resolve(out ?? name);
    await writeFile(file, bytes, { flag: out === undefined ? 'wx' : 'w' }).catch((cause: NodeJS.ErrnoException) => {
      throw unwritable(file, cause);
    });
    context.output.line(
      context.output.json
        ? JSON.stringify({ file, bytes: bytes.length })
        : `Written to ${printable(file)} (${byteSize(bytes.length)}).`,
    );
    return EXIT.ok;
  });
