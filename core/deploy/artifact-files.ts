import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, GatewayError } from '../base/errors.ts';
import { syncFolder } from '../config/durable-write.ts';
import type { Artifact, ArtifactStore } from './artifact-store.ts';
import { filesOfFolder } from './package-folder.ts';
import { listZip, PACKAGE_LIMITS, unpackZip } from './zip-read.ts';
import { writeZip } from './zip-write.ts';

const ASIDE = '.new-';

const bad = (message: string, cause?: unknown): GatewayError => new GatewayError('function/package-bad', message, { cause });

/** Takes the hash of what passes through to a file. Refuses more than a package may have. */
function hashingWriter(file: FileHandle, what: string) {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async write(chunk: Buffer): Promise<void> {
      bytes += chunk.length;
      if (bytes > PACKAGE_LIMITS.packedBytes) throw bad(`${what} has more than 50 MB packed.`);
      hash.update(chunk);
      await file.writeFile(chunk);
    },
    end: (): Artifact => ({ hash: hash.digest('hex'), bytes }),
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Packages as files of a folder, each under the name of its hash. */
export function createArtifactFiles(root: string): ArtifactStore {
  const fileOf = (hash: string): string => join(root, `${hash}.zip`);

  /** Fills a file aside, makes it durable and gives it the name of its content. What fails leaves nothing. */
  async function keep(
    what: string,
    fill: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
    check: (aside: string, made: Artifact) => Promise<void>,
  ): Promise<Artifact> {
    await mkdir(root, { recursive: true });
    const aside = join(root, `${ASIDE}${randomUUID()}`);
    try {
      const file = await open(aside, 'wx', 0o600);
      let made: Artifact;
      try {
        const writer = hashingWriter(file, what);
        await fill(writer.write);
        await file.sync();
        made = writer.end();
      } finally {
        await file.close();
      }
      await check(aside, made);
      await rename(aside, fileOf(made.hash));
      await syncFolder(root);
      return made;
    } catch (cause) {
      await rm(aside, { force: true });
      throw cause;
    }
  }

  return {
    put: (path, expected) =>
      keep(
        `The package ${path}`,
        async (write) => {
          const source = createReadStream(path);
          try {
            for await (const chunk of source) await write(chunk);
          } catch (cause) {
            throw cause instanceof GatewayError ? cause : bad(`The package ${path} cannot be read: ${describe(cause)}.`, cause);
          }
        },
        async (aside, made) => {
          if (expected !== null && made.hash !== expected)
            throw bad(`The package ${path} is another one: its SHA-256 is ${made.hash}, the document names ${expected}.`);
          await listZip(aside).catch((cause: unknown) => {
            throw bad(cause instanceof Error ? cause.message.replace(aside, path) : String(cause), cause);
          });
        },
      ),
    async putFolder(path) {
      const files = await filesOfFolder(path);
      return keep(
        `The folder ${path}`,
        (write) => writeZip(files, write),
        async () => {},
      );
    },
    async names(hash) {
      const known = await stat(fileOf(hash)).catch(() => null);
      if (known === null) throw bad(`The package ${hash} is not here any more.`);
      return (await listZip(fileOf(hash))).map((entry) => entry.name);
    },
    async unpack(hash, directory) {
      const path = fileOf(hash);
      const found = await hashOf(path).catch((cause: unknown) => {
        throw bad(`The package ${hash} cannot be read: ${describe(cause)}.`, cause);
      });
      if (found !== hash) throw bad(`The package ${hash} was changed on the disk: it is ${found} now.`);
      const aside = join(dirname(directory), `${ASIDE}${randomUUID()}`);
      await mkdir(aside, { recursive: true });
      try {
        await unpackZip(path, aside);
        await rm(directory, { recursive: true, force: true });
        await rename(aside, directory);
      } catch (cause) {
        await rm(aside, { recursive: true, force: true });
        throw cause;
      }
    },
    async isUnpacked(hash, directory) {
      const wanted = await listZip(fileOf(hash)).catch(() => []);
      for (const { name, bytes } of wanted) {
        const found = await stat(join(directory, name)).catch(() => null);
        if (!found?.isFile() || found.size !== bytes) return false;
      }
      return wanted.length > 0;
    },
    async keepOnly(hashes) {
      const names = await readdir(root).catch((cause: unknown) => {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []; // no package was ever brought
        throw cause;
      });
      for (const name of names) {
        const hash = /^([0-9a-f]{64})\.zip$/.exec(name)?.[1];
        const isOurs = hash !== undefined || name.startsWith(ASIDE);
        if (isOurs && (hash === undefined || !hashes.has(hash))) await rm(join(root, name), { force: true });
      }
    },
  };
}
