import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { FunctionCodeConfig } from '../contract/document/functions.ts';
import type { Artifact, ArtifactStore } from './artifact-store.ts';

/** Longest code file in bytes; a bundled function with its dependencies fits. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;

/** Code beside the document. */
export interface CodeRef {
  readonly kind: 'file' | 'zip' | 'folder';
  /** As the document names it. */
  readonly name: string;
  /** What the document says of the package's hash. */
  readonly sha256: string | null;
}

/** A version's code: of a file its text, of a package or folder `zip:<sha256>:<bytes>`. By `codeKey`. */
export type CodeFiles = Readonly<Record<string, string>>;

function refOf(code: FunctionCodeConfig): CodeRef | null {
  if ('file' in code) return { kind: 'file', name: code.file, sha256: null };
  if ('zip' in code) return { kind: 'zip', name: code.zip, sha256: code.sha256 ?? null };
  return 'folder' in code ? { kind: 'folder', name: code.folder, sha256: null } : null;
}

const keyOf = (ref: CodeRef): string => (ref.kind === 'folder' ? `${ref.name}/` : ref.name);

/** Under which name a version's files hold this code; null for code that stands in the document. */
export function codeKey(code: FunctionCodeConfig): string | null {
  const ref = refOf(code);
  return ref === null ? null : keyOf(ref);
}

/** What a document refers to, each once. */
export function codeRefs(document: SiteDocument): readonly CodeRef[] {
  const refs = document.functions.flatMap((one) => refOf(one.code) ?? []);
  return [...new Map(refs.map((ref) => [`${keyOf(ref)} ${ref.sha256}`, ref])).values()];
}

const nameOf = ({ hash, bytes }: Artifact): string => `zip:${hash}:${bytes}`;

/** The package that a version's file stands for; null for anything else. */
export function packageOf(text: string): Artifact | null {
  const [, hash, bytes] = /^zip:([0-9a-f]{64}):(\d{1,12})$/.exec(text) ?? [];
  return hash === undefined ? null : { hash, bytes: Number(bytes) };
}

/** SHA-256 and size of the code of one function: of the package, where it is one. */
export function codeFacts(code: FunctionCodeConfig, files: CodeFiles): Artifact {
  const text = 'inline' in code ? code.inline : (files[codeKey(code) ?? ''] ?? '');
  const known = 'zip' in code || 'folder' in code ? packageOf(text) : null;
  return known ?? { hash: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

const unreadable = (path: string, cause: unknown): GatewayError =>
  new GatewayError('document/unreadable', `The code ${path} cannot be read: ${describe(cause)}.`, { cause });

/** The path in the first folder that has it. */
async function firstPath(ref: CodeRef, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, ref.name);
    const found = await stat(path).catch((cause: unknown) => {
      if (isMissing(cause)) return null;
      throw unreadable(path, cause);
    });
    if (found === null) continue;
    if (found.isDirectory() !== (ref.kind === 'folder'))
      throw unreadable(path, new Error(found.isDirectory() ? 'it is a folder' : 'it is not a folder'));
    if (ref.kind === 'file' && found.size > MAX_CODE_BYTES)
      throw new GatewayError('document/unreadable', `The code file "${ref.name}" is larger than 16 MB.`);
    return path;
  }
  return null;
}

function bring(ref: CodeRef, path: string, artifacts: ArtifactStore): Promise<string> {
  if (ref.kind === 'zip') return artifacts.put(path, ref.sha256).then(nameOf);
  if (ref.kind === 'folder') return artifacts.putFolder(path).then(nameOf);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

/** What runs now goes on, if it is what the document asks for. */
function fromRunning(ref: CodeRef, running: CodeFiles, folders: readonly string[]): string {
  const known = running[keyOf(ref)];
  if (known === undefined)
    throw new GatewayError(
      'document/unreadable',
      `The code ${ref.kind} "${ref.name}" is in none of these folders: ${folders.join(', ')}.`,
      {
        remedy: `Put the ${ref.kind} beside the document or into the functions folder of the data directory, or write the code inline.`,
        details: { file: ref.name },
      },
    );
  const hash = packageOf(known)?.hash;
  if (ref.sha256 !== null && hash !== ref.sha256)
    throw new GatewayError(
      'function/package-bad',
      `The package "${ref.name}" that runs is ${hash ?? 'no package'}, the document names ${ref.sha256}.`,
    );
  return known;
}

/**
 * Takes in the code of a document from the first folder that has it, else from the version that runs now. Packages and folders go into
 * the artifacts. Rejects with `document/unreadable`, naming the file and the folders that were searched, and `function/package-bad`.
 */
export async function readCode(
  refs: readonly CodeRef[],
  folders: readonly string[],
  running: CodeFiles,
  artifacts: ArtifactStore,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const ref of refs) {
    const path = await firstPath(ref, folders);
    files[keyOf(ref)] = path === null ? fromRunning(ref, running, folders) : await bring(ref, path, artifacts);
  }
  return files;
}

/** SHA-256 over the text and every code file with its name, hex. */
export function hashVersion(text: string, files: CodeFiles): string {
  const hash = createHash('sha256').update(text);
  for (const name of Object.keys(files).sort()) hash.update(`\0${name}\0${files[name] ?? ''}`);
  return hash.digest('hex');
}
