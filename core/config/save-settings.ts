import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import { writeDurably } from './durable-write.ts';
import { readGenerations, writeGeneration } from './generations.ts';
import { GatewaySettings, KEPT_FOLDER, KEPT_SETTINGS, settingsPath } from './settings.ts';

/** What the file holds, or the last good settings in the place of a torn file, which is kept beside it. */
async function soundText(dataDir: string, path: string, text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { newest } = readGenerations(join(dataDir, KEPT_FOLDER), KEPT_SETTINGS);
    if (newest) {
      await copyFile(path, `${path}.torn`); // not moved: a missing file would mean all defaults
      return JSON.parse(newest.value);
    }
    throw new GatewayError('config/invalid', `The settings file ${path} is not valid JSON: ${describe(cause)}.`, { cause });
  }
}

/** A missing file is an empty one; any other fault must not cost what the file holds. */
function none(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '{}';
  throw cause;
}

/** Sets one part of the settings file and leaves the others as they are; throws where they cannot be read. Written aside, synchronised and renamed: never half a file. */
export async function saveSetting(dataDir: string, name: string, value: unknown): Promise<void> {
  const path = settingsPath(dataDir);
  const raw = await soundText(dataDir, path, await readFile(path, 'utf8').catch(none));
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new GatewayError('config/invalid', `The settings file ${path} does not hold an object.`);
  const text = `${JSON.stringify({ ...raw, [name]: value }, null, 2)}\n`;
  await writeDurably(path, text);
  const sound = GatewaySettings.safeParse(JSON.parse(text)).success;
  if (sound) await writeGeneration(join(dataDir, KEPT_FOLDER), KEPT_SETTINGS, text);
}
