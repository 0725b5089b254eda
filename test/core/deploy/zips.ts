import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeZip } from '../../../core/deploy/zip-write.ts';

/** A package of these files, by name. */
export async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const packed = Object.entries(files).map(([name, content]) => ({
    name,
    executable: false,
    read: async () => Buffer.from(content),
  }));
  await writeZip(packed, async (bytes) => {
    pieces.push(bytes);
  });
  return Buffer.concat(pieces);
}

export async function writePackage(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
