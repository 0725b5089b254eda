import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../config/durable-write.ts';

const MOST = 50;

/**
 * Reports in a folder of the data directory, for those who stand at a panel and have no place to save a file to. Gives the whole path.
 * Beyond 50 files those that were written first go.
 */
export function createKeptReports(folder: string, most = MOST): (name: string, bytes: Uint8Array) => Promise<string> {
  /** The one that was just written stays, whatever the clock says. */
  async function thin(fresh: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.startsWith('acceptance-') && name !== fresh);
    const dated = names.map((name) => ({ name, at: /\d{4}-\d\d-\d\d(?:-\d{6})?(?=\.)/.exec(name)?.[0] ?? '' }));
    const oldest = dated.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(0, Math.max(0, names.length + 1 - most));
    for (const { name } of oldest) await rm(join(folder, name), { force: true });
  }
  return async (name, bytes) => {
    const path = join(folder, name);
    await writeDurably(path, bytes);
    await thin(name);
    return path;
  };
}
