import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { type Layout, layoutOf } from './layout.ts';
import { nodeConfig, preloadConfig } from './vite.node.ts';
import { rendererConfig } from './vite.renderer.ts';

export type Part = 'renderer' | 'node';

const FOLDERS: Readonly<Record<Part, readonly string[]>> = { renderer: ['renderer'], node: ['core', 'electron'] };
const SOURCES: Readonly<Record<Part, readonly string[]>> = {
  renderer: ['renderer', 'core/contract', 'core/base', 'build', 'package.json'],
  node: ['core', 'electron', 'build', 'package.json'],
};
/** Sources (types for functions are none), and the command line's starter from the source tree, for which `cli.js` stands in the bundle. */
const CODE = /(?<!\.d)\.(ts|tsx)$|[\\/](tsconfig\.json|gatehouse\.mjs)$/;

const stampOf = (layout: Layout, part: Part): string => join(layout.dist, `.built-${part}`);

/** Folders count as well: a file that was removed changes its folder only. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  const at = Math.floor(stat.mtimeMs); // the stamp has whole milliseconds
  if (!stat.isDirectory()) return at;
  return Math.max(at, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True when a source, package.json or the build itself is newer than the last build of this part. */
export function isStale(layout: Layout, part: Part): boolean {
  const stamp = statSync(stampOf(layout, part), { throwIfNoEntry: false });
  if (stamp === undefined) return true;
  if (FOLDERS[part].some((folder) => !existsSync(join(layout.dist, folder)))) return true;
  return SOURCES[part].some((source) => newest(join(layout.root, source)) > stamp.mtimeMs);
}

/** Copies what is not TypeScript (demo site, function code, data) to the same place below dist/core. Returns the count. */
export function copyAssets(layout: Layout): number {
  const from = join(layout.root, 'core');
  let count = 0;
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    if (!entry.isFile() || CODE.test(source)) continue;
    const target = join(layout.dist, 'core', relative(from, source));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target);
    count += 1;
  }
  return count;
}

/** Installed bundles lie outside the archive, so they need a package.json of their own to be ES modules and to tell the version. */
function writeManifest(layout: Layout): void {
  const { name, version }: { name?: string; version?: string } = JSON.parse(
    readFileSync(join(layout.root, 'package.json'), 'utf8'),
  );
  writeFileSync(
    join(layout.dist, 'package.json'),
    `${JSON.stringify({ name, version, private: true, type: 'module' }, null, 2)}\n`,
  );
}

const quiet = (config: InlineConfig): InlineConfig => ({ ...config, logLevel: 'warn' });

async function runPart(layout: Layout, part: Part): Promise<void> {
  if (part === 'renderer') {
    await build(quiet(rendererConfig(layout)));
    return;
  }
  // Both are waited for when one fails: the other would write into a folder that is cleaned up already.
  const builds = await Promise.allSettled([build(quiet(nodeConfig(layout))), build(quiet(preloadConfig(layout)))]);
  for (const result of builds) if (result.status === 'rejected') throw result.reason;
  copyAssets(layout);
}

/**
 * Builds one part beside the old one and then puts it in its place, so that a running gateway or a test
 * never sees half of a build. The stamp carries the time at which the build began.
 */
export async function bundle(layout: Layout, part: Part): Promise<void> {
  const began = new Date();
  const fresh = layoutOf(layout.root, join(layout.dist, `.building-${part}-${process.pid}`));
  mkdirSync(fresh.dist, { recursive: true });
  try {
    await runPart(fresh, part);
    for (const folder of FOLDERS[part]) {
      rmSync(join(layout.dist, folder), { recursive: true, force: true });
      renameSync(join(fresh.dist, folder), join(layout.dist, folder));
    }
    writeManifest(layout);
    writeFileSync(stampOf(layout, part), '');
    utimesSync(stampOf(layout, part), began, began);
  } finally {
    rmSync(fresh.dist, { recursive: true, force: true });
  }
}

/** Size in bytes and number of the code files of a folder, without maps. */
export function measure(folder: string): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.map')) continue;
    files += 1;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return { files, bytes };
}
