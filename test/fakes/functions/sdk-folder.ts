import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const SDK = ['aws-greengrass-core-sdk', 'cbor', 'bignumber.js', 'nofilter'];

/** The function that makes one call of the SDK. */
export const SURFACE = (): Promise<string> => readFile(new URL('./greengrass/surface.cjs', import.meta.url), 'utf8');

/**
 * A function's folder as its package is unpacked: these files, and npm's SDK as it is in its own node_modules. `linked`: a link to all
 * modules of the project instead, which a process must be allowed to read.
 */
export async function sdkFolder(files: Readonly<Record<string, string>>, linked = false): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-sdk-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (linked) {
    await symlink(MODULES, join(folder, 'node_modules'));
    return folder;
  }
  await mkdir(join(folder, 'node_modules'));
  for (const name of SDK) await cp(join(MODULES, name), join(folder, 'node_modules', name), { recursive: true });
  return folder;
}
