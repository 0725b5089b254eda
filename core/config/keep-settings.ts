import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-write.ts';
import { writeGeneration } from './generations.ts';
import { KEPT_FOLDER, KEPT_SETTINGS, type LoadedSettings, settingsPath } from './settings.ts';

const stamp = (now: number): string => new Date(now).toISOString().replaceAll(/[:.]/g, '-');

/**
 * Call once after `readSettings`, at the start: remembers sound settings as the last good ones; puts those back in the place of a torn
 * file, which is kept beside it. Resolves with the name of the kept file, null where nothing was torn. `now`: wall time in ms.
 */
export async function keepSettings(dataDir: string, loaded: LoadedSettings, now: number): Promise<string | null> {
  const path = settingsPath(dataDir);
  if (loaded.text === null) return null;
  if (!loaded.torn) {
    await writeGeneration(join(dataDir, KEPT_FOLDER), KEPT_SETTINGS, loaded.text);
    return null;
  }
  const aside = `${path}.torn-${stamp(now)}`;
  await copyFile(path, aside); // not moved: a missing file would mean all defaults at the next start
  await writeDurably(path, loaded.text);
  return aside;
}
