import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { Artifact, ArtifactStore, HandlerPlace } from './artifact-store.ts';
import { candidates, placeInFile, placeInPackage, singleFile } from './handler-place.ts';
import { type CodeFiles, codeFacts, codeKey, packageOf } from './read-code.ts';

/** Where the instances of a function find its code. */
export interface FunctionEntry {
  /** Absolute path of the module. */
  readonly path: string;
  readonly directory: string;
  /** Of the deployment that brought this code: an unchanged function keeps it. */
  readonly version: number;
  /** Of the code (of the zip, where it is one): SHA-256, hex. */
  readonly hash: string;
  readonly bytes: number;
  /** Path of the export below the module. */
  readonly exportPath: readonly string[];
}

export interface Stage {
  /**
   * Writes the functions' code to `<root>/<function>-<hash>-v<version>/`, so that instances can load it. The folder follows from the
   * content: a function that a new version does not change keeps its folder and its version, and an instance that is started anew finds
   * the same code. Rejects with `function/package-bad`; where `onBad` is given it is told instead, and the function says it when it loads.
   */
  bring(
    version: number,
    document: SiteDocument,
    files: CodeFiles,
    onBad?: (name: string, cause: unknown) => void,
  ): Promise<Map<string, FunctionEntry>>;
  /** Removes staged code that none of these entries uses. */
  removeOthers(entries: ReadonlyMap<string, FunctionEntry>): Promise<void>;
}

async function namesIn(root: string): Promise<readonly string[]> {
  return readdir(root).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []; // no function was ever staged
    throw cause;
  });
}

/** Of function, code and the name of its file: TypeScript and JavaScript with one text are two things. */
function stemOf(config: FunctionConfig, facts: Artifact): string {
  const what = 'inline' in config.code || 'file' in config.code ? singleFile(config.code) : 'zip';
  return `${config.name}-${createHash('sha256').update(`${what}\0${facts.hash}`).digest('hex').slice(0, 16)}`;
}

/** The version of a staged folder of this code; null where there is none. */
function stagedVersion(stem: string, names: readonly string[]): number | null {
  const versions = names.flatMap((name) => {
    const version = name.startsWith(`${stem}-v`) ? Number(name.slice(stem.length + 2)) : Number.NaN;
    return Number.isSafeInteger(version) ? [version] : [];
  });
  return versions.length === 0 ? null : Math.min(...versions);
}

async function writeIfOther(path: string, text: string): Promise<void> {
  // An instance of the running version may read the file just now: what is right already is not written again.
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeFile(path, text);
}

/** A `package.json` without a type beside the code keeps module detection away from folders above. */
async function placeText(config: FunctionConfig, directory: string, file: string, text: string): Promise<HandlerPlace> {
  await mkdir(directory, { recursive: true });
  await writeIfOther(join(directory, 'package.json'), '{}\n');
  await writeIfOther(join(directory, file), text);
  return placeInFile(config.handler, file);
}

/** As Lambda has it: what lies above the package says nothing of its modules. */
async function placeBoundary(directory: string): Promise<void> {
  const path = join(directory, 'package.json');
  if (!(await stat(path).catch(() => null))) await writeFile(path, '{}\n');
}

/** `root`: a folder of its own. */
export function createStage(root: string, artifacts: ArtifactStore): Stage {
  /** Known to be whole: what lies there from before the start of this process may have been cut off by a power cut. */
  const unpacked = new Set<string>();

  async function placePackage(config: FunctionConfig, directory: string, text: string): Promise<HandlerPlace> {
    const known = packageOf(text);
    if (known === null) throw new GatewayError('function/package-bad', `The package of function "${config.name}" is not known.`);
    if (!unpacked.has(directory)) {
      await mkdir(root, { recursive: true });
      if (!(await artifacts.isUnpacked(known.hash, directory))) await artifacts.unpack(known.hash, directory);
      await placeBoundary(directory);
      unpacked.add(directory);
    }
    const there = new Set<string>();
    for (const file of candidates(config.handler))
      if ((await stat(join(directory, file)).catch(() => null))?.isFile()) there.add(file);
    const place = placeInPackage(config.handler, (file) => there.has(file));
    if (place !== null) return place;
    throw new GatewayError(
      'function/package-bad',
      `The package of function "${config.name}" has no file for the handler "${config.handler}".`,
    );
  }

  /** A site whose package was lost goes on without this function: it parks when it loads, and says why. */
  async function placeFault(directory: string, cause: unknown): Promise<HandlerPlace> {
    const message = cause instanceof Error ? cause.message : String(cause);
    const file = 'gatehouse-package.mjs';
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, file), `throw new Error(${JSON.stringify(message)});\n`);
    unpacked.delete(directory);
    return { file, exportPath: ['handler'] };
  }

  return {
    async bring(version, document, files, onBad) {
      const names = await namesIn(root);
      const entries = await Promise.all(
        document.functions.map(async (config): Promise<[string, FunctionEntry]> => {
          const { code, name } = config;
          const facts = codeFacts(code, files);
          const stem = stemOf(config, facts);
          const since = stagedVersion(stem, names) ?? version;
          const directory = join(root, `${stem}-v${since}`);
          const text = 'inline' in code ? code.inline : (files[codeKey(code) ?? ''] ?? '');
          const placing =
            'inline' in code || 'file' in code
              ? placeText(config, directory, singleFile(code), text)
              : placePackage(config, directory, text);
          const { file, exportPath } = await placing.catch((cause: unknown) => {
            if (!onBad) throw cause;
            onBad(name, cause);
            return placeFault(directory, cause);
          });
          return [name, { path: join(directory, file), directory, version: since, exportPath, ...facts }];
        }),
      );
      return new Map(entries);
    },
    async removeOthers(entries) {
      const used = new Set([...entries.values()].map((entry) => basename(entry.directory)));
      for (const name of await namesIn(root)) {
        if (used.has(name)) continue;
        unpacked.delete(join(root, name));
        await rm(join(root, name), { recursive: true, force: true });
      }
    },
  };
}
