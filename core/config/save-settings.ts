import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import { settingsPath } from './settings.ts';

async function readRaw(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    const raw: unknown = JSON.parse(text);
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return { ...raw };
  } catch (cause) {
    throw new GatewayError('config/invalid', `The settings file ${path} is not valid JSON: ${describe(cause)}.`, { cause });
  }
  throw new GatewayError('config/invalid', `The settings file ${path} does not hold an object.`);
}

/** Sets one part of the settings file and leaves the others as they are. Written aside, synchronised and renamed: never half a file. */
export async function saveSetting(dataDir: string, name: string, value: unknown): Promise<void> {
  const path = settingsPath(dataDir);
  await mkdir(dirname(path), { recursive: true });
  const next = { ...(await readRaw(path)), [name]: value };
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(next, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
