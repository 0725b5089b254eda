import { chmod, opendir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Removes a folder with all that is in it, as whoever wrote it left it: also where paths below are longer than the system takes (folders
 * moved into each other) or folders forbid to be looked into. It works in the folder around it, under names that begin with its own.
 * Rejects where the disk refuses.
 */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await removeFlat(folder);
  }
}

/** Each folder below is first moved to the top, so that no path is long. */
async function removeFlat(folder: string): Promise<void> {
  const left = [folder];
  let moved = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    await chmod(next, 0o700);
    for await (const entry of await opendir(next)) {
      if (!entry.isDirectory()) continue;
      moved += 1;
      const top = join(dirname(folder), `${folder.slice(dirname(folder).length + 1)}-${moved}`);
      await chmod(join(next, entry.name), 0o700); // a folder that may not be written cannot be moved either
      await rename(join(next, entry.name), top);
      left.push(top);
    }
    await rm(next, { recursive: true, force: true });
  }
}
