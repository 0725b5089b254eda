import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import { developmentFolders } from './package-lock.ts';
import { PACKAGE_LIMITS } from './zip-read.ts';
import type { PackedFile } from './zip-write.ts';

/** Left out of every package: they are no code, npm's `.bin` is nothing but symbolic links, and its notes differ from machine to machine. */
const LEFT_OUT = new Set(['.git', '.hg', '.svn', '.DS_Store', 'node_modules/.bin', 'node_modules/.package-lock.json']);

const bad = (message: string, remedy?: string): GatewayError =>
  new GatewayError('function/package-bad', message, remedy === undefined ? {} : { remedy });

const isLeftOut = (name: string): boolean =>
  [...LEFT_OUT].some((one) => name === one || name.endsWith(`/${one}`)) || /^[^/]+\.zip(\.json|\.new)?$/.test(name);

/**
 * The files of a folder as they go into a package, in no order. Leaves out version control, `node_modules/.bin`, what its lock file says
 * is for development only, and packages (also half made ones) that lie at the top of it. Rejects with `function/package-bad`: a symbolic link, another special file, a name that no package can have,
 * 20,000 files, 250 MB, an empty or missing folder.
 */
export async function filesOfFolder(folder: string): Promise<readonly (PackedFile & { readonly bytes: number })[]> {
  const files: (PackedFile & { readonly bytes: number })[] = [];
  let total = 0;
  const development = await developmentFolders(folder);
  async function add(name: string): Promise<void> {
    const path = join(folder, name);
    const { size, mode } = await stat(path);
    total += size;
    if (total > PACKAGE_LIMITS.unpackedBytes) throw bad(`The folder ${folder} holds more than 250 MB.`);
    files.push({ name, bytes: size, executable: (mode & 0o111) !== 0, read: () => readFile(path) });
    if (files.length > PACKAGE_LIMITS.files) throw bad(`The folder ${folder} holds more than 20,000 files.`);
  }
  async function walk(below: string): Promise<void> {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((cause: unknown) => {
      throw new GatewayError('function/package-bad', `The folder ${join(folder, below)} cannot be read: ${describe(cause)}.`, {
        cause,
      });
    });
    for (const entry of entries) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (isLeftOut(name) || development.has(name)) continue;
      if (entry.isDirectory()) await walk(name);
      else if (entry.isFile() && !/[\p{Cc}\\]/u.test(entry.name)) await add(name);
      else if (entry.isSymbolicLink())
        throw bad(
          `${join(folder, name)} is a symbolic link, which no package can hold.`,
          'Put the file itself there; install packages with "npm install --install-links".',
        );
      else throw bad(`${join(folder, name)} is not a plain file.`, 'Move it out of the folder.');
    }
  }
  await walk('');
  if (files.length === 0) throw bad(`The folder ${folder} is empty.`);
  return files;
}
