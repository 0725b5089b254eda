import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { type FunctionConfig, FunctionSpec } from '../contract/document/functions.ts';
import { schemaFaults, WORDING } from '../contract/schema-faults.ts';
import { pathText } from '../deploy/document-path.ts';
import { functionFaults } from '../deploy/functions-check.ts';
import { candidates, ENDINGS, placeInFile, placeInPackage } from '../deploy/handler-place.ts';
import { parseText } from '../deploy/parse-text.ts';
import type { FunctionEntry } from '../deploy/stage.ts';

/** What a function that is being written is made of, as its folder says. */
export interface FunctionProject {
  readonly config: FunctionConfig;
  /** Its folder, absolute. */
  readonly folder: string;
  /** Where its code is loaded from: in place, so that faults name the files as they are. */
  readonly entry: FunctionEntry;
}

/** The part of the deployment document that belongs to the function, beside its code. */
const SPEC_FILES = ['function.yaml', 'function.json'] as const;

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name that the document takes, from that of a file or folder. */
const nameFrom = (path: string): string =>
  basename(path)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64) || 'function';

async function specOf(folder: string): Promise<{ readonly path: string; readonly raw: Record<string, unknown> } | null> {
  for (const name of SPEC_FILES) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    const parsed = parseText(text);
    if (!parsed.ok) throw badInput(`${path}: ${parsed.faults.map((one) => one.message).join('; ')}`);
    if (!isRecord(parsed.value)) throw badInput(`${path} must hold the fields of one function`);
    return { path, raw: parsed.value };
  }
  return null;
}

function configOf(raw: Record<string, unknown>, path: string): FunctionConfig {
  const result = FunctionSpec.safeParse(raw, WORDING);
  if (!result.success) {
    const lines = schemaFaults(result.error).map((one) => `${pathText(one.path)}: ${one.message}`);
    throw badInput(`${path}: ${lines.join('; ')}`);
  }
  const { data } = result;
  // Other functions and devices are the site's: only what this part says by itself is looked at.
  const others = [...data.permissions.invoke, ...data.permissions.invokedBy.map((one) => one.replace(/^function:/, ''))];
  const devices = [...data.permissions.devices.read, ...data.permissions.devices.command];
  const faults = functionFaults([data], { functions: others, devices });
  if (faults.length === 0) return data;
  throw badInput(`${path}: ${faults.map((one) => `${pathText(one.path.slice(2))}: ${one.message} ${one.remedy}`).join('; ')}`);
}

export interface ProjectOptions {
  /** Instead of what the folder says. */
  readonly handler?: string | undefined;
  readonly isolation?: 'thread' | 'process' | undefined;
}

/**
 * Reads a function's folder (with a `function.yaml` that holds what the document says of it), or one file of code. Rejects with
 * `cli/bad-input`: nothing there, a wrong `function.yaml`, a handler whose file is not there.
 */
export async function openProject(given: string, options: ProjectOptions = {}): Promise<FunctionProject> {
  const path = resolve(given);
  const found = await stat(path).catch((cause: unknown) => {
    throw badInput(`there is no ${path}`, cause);
  });
  const isFile = found.isFile();
  if (isFile && !ENDINGS.some((ending) => path.endsWith(ending)))
    throw badInput(`${path} is no folder and no file of JavaScript or TypeScript; unpack a zip first`);
  const folder = isFile ? dirname(path) : path;
  const spec = isFile ? null : await specOf(folder);
  const { handler, isolation } = options;
  const raw = {
    name: nameFrom(path),
    ...spec?.raw,
    ...(handler !== undefined && { handler }),
    ...(isolation !== undefined && { isolation }),
    code: isFile ? { file: basename(path) } : { folder: 'code' },
  };
  const config = configOf(raw, spec?.path ?? path);
  const there = new Set<string>();
  for (const file of candidates(config.handler))
    if ((await stat(join(folder, file)).catch(() => null))?.isFile()) there.add(file);
  const place = isFile ? placeInFile(config.handler, basename(path)) : placeInPackage(config.handler, (file) => there.has(file));
  if (place === null)
    throw badInput(
      `${folder} has no file for the handler "${config.handler}"; looked for ${candidates(config.handler).join(', ')}`,
    );
  const entry = {
    path: join(folder, place.file),
    directory: folder,
    version: 1,
    hash: '',
    bytes: 0,
    exportPath: place.exportPath,
  };
  return { config, folder, entry };
}
