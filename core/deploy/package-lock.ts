import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GatewayError } from '../base/errors.ts';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});
const Manifest = z.object({
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

const bad = (message: string, remedy: string): GatewayError => new GatewayError('function/package-bad', message, { remedy });

/** Null where there is no such file. Rejects with `function/package-bad` where it is none of its kind. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw bad(`${path} is not what npm writes.`, 'Make it anew with "npm install".');
  }
}

/** Folders below `node_modules` that only development needs, by what `package-lock.json` says (version 2 and 3). */
export async function developmentFolders(folder: string): Promise<ReadonlySet<string>> {
  const lock = await readJson(join(folder, 'package-lock.json'), Lock);
  return new Set(Object.entries(lock?.packages ?? {}).flatMap(([name, one]) => (name !== '' && one.dev ? [name] : [])));
}

/**
 * Holds a folder to its lock file before it becomes a package: with dependencies there must be one, and what is installed must be what it
 * names. Rejects with `function/package-bad`.
 */
export async function checkLock(folder: string): Promise<void> {
  const manifest = await readJson(join(folder, 'package.json'), Manifest);
  const wanted = [...Object.keys(manifest?.dependencies ?? {}), ...Object.keys(manifest?.optionalDependencies ?? {})];
  if (wanted.length === 0) return;
  const lock = await readJson(join(folder, 'package-lock.json'), Lock);
  if (lock === null)
    throw bad(
      `${folder} has dependencies (${wanted.slice(0, 5).join(', ')}), but no package-lock.json.`,
      'Run "npm install" there, and keep the package-lock.json that it writes.',
    );
  for (const [name, { version, dev, optional, devOptional, link }] of Object.entries(lock.packages)) {
    if (name === '' || dev || link) continue;
    const installed = await readJson(join(folder, name, 'package.json'), Manifest);
    if (installed === null && (optional || devOptional) && (await stat(join(folder, name)).catch(() => null)) === null) continue;
    if (installed?.version !== version)
      throw bad(
        `${name} is ${installed?.version ?? 'not installed'}, package-lock.json names ${version ?? 'none'}.`,
        'Run "npm ci" there.',
      );
  }
}
