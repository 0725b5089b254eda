import { readFile, stat } from 'node:fs/promises';
import { describe, GatewayError } from '../base/errors.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** The text of a deployment document. Rejects with `document/unreadable`, naming the file. */
export async function readDocument(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_BYTES)
      throw new GatewayError('document/unreadable', `${path} is larger than 4 MB and is no deployment document.`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('document/unreadable', `The deployment document ${path} cannot be read: ${describe(cause)}.`, {
      cause,
    });
  }
}
