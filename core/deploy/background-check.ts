import { Worker } from 'node:worker_threads';
import { GatewayError } from '../base/errors.ts';
import { type CheckResult, checkDocument } from './check.ts';

/** Below this a check takes a few milliseconds, less than a thread costs. */
const SMALL_CHARACTERS = 16_384;

/**
 * `checkDocument` that never holds up the gateway: a large document (thousands of devices take more than half a second as YAML) is
 * checked in a thread of its own. Rejects only when that thread cannot do its work.
 */
export async function checkInBackground(text: string): Promise<CheckResult> {
  if (text.length <= SMALL_CHARACTERS) return checkDocument(text);
  const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { stdin: false });
  try {
    return await new Promise<CheckResult>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause) =>
        reject(new GatewayError('gateway/internal', 'The document could not be checked.', { cause })),
      );
      worker.once('exit', () =>
        reject(new GatewayError('gateway/internal', 'The check of the document ended without a result.')),
      );
      worker.postMessage(text);
    });
  } finally {
    await worker.terminate();
  }
}
