import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultView } from '../contract/views.ts';
import type { SpoolEntry } from '../store/spool.ts';

/** Two files of this size at most: what the cloud refuses for good must not fill the disk. */
const MAX_BYTES = 5 * 1024 * 1024;

/** Keeps messages that the cloud will never take in `<data>/dead-letters.jsonl`, payload in base64, with the cause. */
export function createDeadLetters(dataDir: string): (entry: SpoolEntry, fault: FaultView) => Promise<void> {
  const path = join(dataDir, 'dead-letters.jsonl');
  return async ({ id, message }, fault) => {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size > MAX_BYTES) await rename(path, `${path}.1`);
    const { payload, ...rest } = message;
    const line = { id, ...rest, payload: Buffer.from(payload).toString('base64'), fault };
    await appendFile(path, `${JSON.stringify(line)}\n`, { flush: true });
  };
}
