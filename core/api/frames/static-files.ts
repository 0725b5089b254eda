import { createReadStream } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** Only what the console consists of has a type; nothing else is served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

export interface StaticFile {
  readonly type: string;
  readonly bytes: number;
  readonly cacheControl: string;
  open(): NodeJS.ReadableStream;
}

/** Names that the build derives from the content may be kept for ever: `assets/index-B1x9_Qa2.js`. */
const isHashed = (path: string): boolean => /^assets\/[^/]+-[\w-]{8,}\.\w+$/.test(path);

/** The path below the root in plain segments, or null for anything that tries to leave it. */
export function safePath(urlPath: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  const segments = path.split('/').filter((segment) => segment !== '');
  const isPlain = (segment: string): boolean => /^[\w@+~-][\w.@+~-]*$/.test(segment) && !segment.includes('..');
  return segments.every(isPlain) ? segments.join('/') : null;
}

/** A file of the built console, or null. A path without an extension is a page of the app and gets `index.html`. */
export async function findFile(rootDir: string, urlPath: string): Promise<StaticFile | null> {
  const wanted = safePath(urlPath);
  if (wanted === null) return null;
  const path = extname(wanted) === '' ? 'index.html' : wanted;
  const type = TYPES[extname(path).toLowerCase()];
  if (type === undefined) return null;
  try {
    const root = await realpath(rootDir);
    const file = await realpath(join(root, path)); // a link that leads out of the folder is not followed
    if (!file.startsWith(root + sep)) return null;
    const found = await lstat(file);
    if (!found.isFile()) return null;
    const cacheControl = isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-store';
    return { type, bytes: found.size, cacheControl, open: () => createReadStream(file) };
  } catch {
    return null;
  }
}
