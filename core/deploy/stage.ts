import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';

/** Where the instances of a function find its code. */
export interface FunctionEntry {
  /** Absolute path of the module. */
  readonly path: string;
  readonly directory: string;
  readonly version: number;
  /** Of the code (of the zip, where it is one): SHA-256, hex. */
  readonly hash: string;
  readonly bytes: number;
  /** Path of the export below the module. */
  readonly exportPath: readonly string[];
}

/** Longest code file in bytes; a bundled function with its dependencies fits. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;

/** Names of the code files that a document refers to, each once. */
export function codeFiles(document: SiteDocument): readonly string[] {
  return [...new Set(document.functions.flatMap((one) => ('file' in one.code ? [one.code.file] : [])))];
}

/**
 * Reads the code files of a document from the first folder that has them, else from the version that runs now.
 * Rejects with `document/unreadable`, naming the file and the folders that were searched.
 */
export async function readCode(
  names: readonly string[],
  folders: readonly string[],
  running: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of names) {
    const text = await firstReadable(name, folders);
    const known = text ?? running[name];
    if (known === undefined) {
      throw new GatewayError(
        'document/unreadable',
        `The code file "${name}" is in none of these folders: ${folders.join(', ')}.`,
        {
          remedy:
            'Put the file beside the document or into the functions folder of the data directory, or write the code inline.',
          details: { file: name },
        },
      );
    }
    if (Buffer.byteLength(known) > MAX_CODE_BYTES)
      throw new GatewayError('document/unreadable', `The code file "${name}" is larger than 16 MB.`);
    files[name] = known;
  }
  return files;
}

async function firstReadable(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    try {
      return await readFile(join(folder, name), 'utf8');
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))) {
        throw new GatewayError('document/unreadable', `The code file ${join(folder, name)} cannot be read: ${describe(cause)}.`, {
          cause,
        });
      }
    }
  }
  return undefined;
}

/** SHA-256 over the text and every code file with its name, hex. */
export function hashVersion(text: string, files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(text);
  for (const name of Object.keys(files).sort()) hash.update(`\0${name}\0${files[name] ?? ''}`);
  return hash.digest('hex');
}

const fileOf = (config: FunctionConfig): string =>
  'file' in config.code ? basename(config.code.file) : config.code.format === 'module' ? 'index.mjs' : 'index.cjs';

const directoryOf = (config: FunctionConfig, code: string): string =>
  `${config.name}-${createHash('sha256')
    .update(`${fileOf(config)}\0${code}`)
    .digest('hex')
    .slice(0, 16)}`;

/**
 * Writes the functions' code to `<root>/<function>-<hash>/`, so that threads can load it. The folder follows from the content: a function
 * that a new version does not change keeps its folder, and a thread that is started anew finds the same code. A `package.json` without
 * a type beside it keeps module detection away from folders above.
 */
export async function stageCode(
  root: string,
  version: number,
  document: SiteDocument,
  files: Readonly<Record<string, string>>,
): Promise<Map<string, FunctionEntry>> {
  const entries = await Promise.all(
    document.functions.map(async (config): Promise<[string, FunctionEntry]> => {
      const code = 'file' in config.code ? (files[config.code.file] ?? '') : config.code.inline;
      const directory = join(root, directoryOf(config, code));
      const path = join(directory, fileOf(config));
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'package.json'), '{}\n');
      // A thread of the running version may read the file just now: what is right already is not written again.
      if ((await readFile(path, 'utf8').catch(() => null)) !== code) await writeFile(path, code);
      return [config.name, { path, directory, version }];
    }),
  );
  return new Map(entries);
}

/** Removes staged code that none of these entries uses. */
export async function unstageOthers(root: string, entries: ReadonlyMap<string, FunctionEntry>): Promise<void> {
  const used = new Set([...entries.values()].map((entry) => basename(entry.directory)));
  const names = await readdir(root).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []; // no function was ever staged
    throw cause;
  });
  for (const name of names) {
    if (!used.has(name)) await rm(join(root, name), { recursive: true, force: true });
  }
}
