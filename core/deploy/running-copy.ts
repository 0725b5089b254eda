import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../base/log.ts';
import { readGenerations, writeGeneration } from '../config/generations.ts';
import type { StoredVersion } from '../store/documents.ts';
import { hashVersion } from './read-code.ts';

const count = z.int().min(0);
const Copy = z.strictObject({
  version: z.int().min(1),
  name: z.string(),
  text: z.string(),
  files: z.record(z.string(), z.string()),
  hash: z.string(),
  appliedAt: z.number(),
  by: z.string(),
  note: z.string(),
  state: z.literal('running'),
  counts: z.strictObject({ devices: count, functions: count, subscriptions: count }),
});

/** The version that runs, outside the database: a gateway whose database is lost goes on with it. */
export interface RunningCopy {
  /** Never rejects: what runs does not depend on it. Calls may overlap; the last one is what is kept. */
  keep(version: StoredVersion): Promise<void>;
  /** Null where there is none that is whole. */
  read(): StoredVersion | null;
}

const NAME = 'deployment';

/** `dir`: the folder of the last good values. */
export function createRunningCopy(deps: { readonly log: Logger; readonly dir: string }): RunningCopy {
  const { log, dir } = deps;
  /** One after the other: two at a time would take the same file, and leave it torn. */
  let turn = Promise.resolve();
  async function write(version: StoredVersion): Promise<void> {
    try {
      await writeGeneration(dir, NAME, JSON.stringify({ ...version, state: 'running' }));
    } catch (cause) {
      log.warn('deploy.copy-not-kept', { version: version.version, cause });
    }
  }
  return {
    keep(version) {
      turn = turn.then(() => write(version));
      return turn;
    },
    read() {
      const { newest, torn } = readGenerations(dir, NAME);
      if (torn.length > 0) log.warn('deploy.copy-torn', { files: torn.join(', '), code: 'config/torn' });
      if (!newest) return null;
      try {
        const copy = Copy.parse(JSON.parse(newest.value));
        if (copy.hash === hashVersion(copy.text, copy.files)) return copy;
        log.warn('deploy.copy-unsound', { file: join(dir, NAME), version: copy.version });
      } catch (cause) {
        log.warn('deploy.copy-unsound', { file: join(dir, NAME), cause });
      }
      return null;
    },
  };
}
