import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, GatewayError } from '../../base/errors.ts';
import { byteSize, counted } from '../../base/words.ts';
import { filesOfFolder } from '../../deploy/package-folder.ts';
import { checkLock } from '../../deploy/package-lock.ts';
import { PACKAGE_LIMITS } from '../../deploy/zip-read.ts';
import { writeZip } from '../../deploy/zip-write.ts';
import { openProject } from '../function-project.ts';
import { EXIT, type ExitCode, printable } from '../output.ts';
import type { Context } from './command.ts';

export interface PackageOptions {
  readonly path: string;
  /** Folder for the package; without it the function's own. */
  readonly out: string | undefined;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * `gatehouse function package`: `<name>.zip`, byte for byte the same for the same files, and beside it `<name>.zip.json` with the hashes of
 * the zip, of each file and of the lock file. Nothing is left of what fails.
 */
export async function packageFunction({ output }: Context, options: PackageOptions): Promise<ExitCode> {
  const { config, folder } = await openProject(options.path);
  const whole = resolve(options.path) === folder;
  if (!whole)
    throw new GatewayError(
      'cli/bad-input',
      `${options.path} is one file; name it in the document as it is, or package its folder`,
    );
  await checkLock(folder);
  const files = await filesOfFolder(folder);
  const hashes: Record<string, string> = {};
  const out = resolve(options.out ?? folder);
  const path = join(out, `${config.name}.zip`);
  const hash = createHash('sha256');
  let bytes = 0;
  const aside = `${path}.new`;
  try {
    await mkdir(out, { recursive: true });
    const file = await open(aside, 'w');
    try {
      const hashed = files.map((one) => ({
        ...one,
        async read() {
          const content = await one.read();
          hashes[one.name] = sha256(content);
          return content;
        },
      }));
      await writeZip(hashed, async (chunk) => {
        bytes += chunk.length;
        if (bytes > PACKAGE_LIMITS.packedBytes)
          throw new GatewayError('function/package-bad', `${folder} has more than 50 MB packed.`);
        hash.update(chunk);
        await file.writeFile(chunk);
      });
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => {}); // why it failed is what matters
    throw cause instanceof GatewayError
      ? cause
      : new GatewayError('cli/bad-input', `${path} cannot be written: ${describe(cause)}`, { cause });
  }
  const lock = await readFile(join(folder, 'package-lock.json')).catch(() => null);
  const facts = {
    name: config.name,
    handler: config.handler,
    sha256: hash.digest('hex'),
    bytes,
    node: process.versions.node,
    packageLock: lock === null ? null : sha256(lock),
    files: hashes,
  };
  await writeFile(`${path}.json`, `${JSON.stringify(facts, null, 2)}\n`);
  if (output.json) output.line(JSON.stringify({ path, ...facts }));
  else {
    output.line(`Made ${printable(path)}: ${counted(files.length, 'file')}, ${byteSize(bytes)}.`);
    output.line(`code: { zip: ${config.name}.zip, sha256: ${facts.sha256} }`);
  }
  return EXIT.ok;
}
