import { Worker } from 'node:worker_threads';
import { GatewayError, type WireError } from '../base/errors.ts';
import { type DeviceEdit, editDevices } from './edit-devices.ts';

/** Below this an edit takes a few milliseconds, less than a thread costs. */
const SMALL_CHARACTERS = 16_384;

type Edited = { readonly text: string } | { readonly error: WireError };

function resultOf(edited: Edited): string {
  if ('text' in edited) return edited.text;
  const { code, message, remedy, details } = edited.error;
  throw new GatewayError(code, message, { remedy, details });
}

/**
 * `editDevices` that never holds up the gateway: a large document (a thousand devices take more than a second as YAML) is edited in a thread
 * of its own. Rejects as `editDevices` throws, and where that thread cannot do its work.
 */
export async function editInBackground(text: string | null, edit: DeviceEdit): Promise<string> {
  if (text === null || text.length <= SMALL_CHARACTERS) return editDevices(text, edit);
  const worker = new Worker(new URL('./edit.worker.ts', import.meta.url), { stdin: false });
  try {
    const edited = await new Promise<Edited>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause) =>
        reject(new GatewayError('gateway/internal', 'The document could not be edited.', { cause })),
      );
      worker.once('exit', () => reject(new GatewayError('gateway/internal', 'The edit of the document ended without a result.')));
      worker.postMessage({ text, edit });
    });
    return resultOf(edited);
  } finally {
    await worker.terminate();
  }
}
