import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../config/durable-write.ts';
import { readGenerations, writeGeneration } from '../config/generations.ts';
import type { SecretKeeping } from '../security/secret-file.ts';

const BOOK = 'secrets.json';

function readKey(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

/** The gateway's secrets in `<data>/secrets.json.a` and `.b`, in turn, and their key in `<data>/secrets.key`. */
export function createSecretFiles(dataDir: string): SecretKeeping {
  const keyPath = join(dataDir, 'secrets.key');
  return {
    readBook() {
      const { newest, torn } = readGenerations(dataDir, BOOK);
      return { text: newest?.value ?? null, torn };
    },
    writeBook: (text) => writeGeneration(dataDir, BOOK, text),
    readKey: () => readKey(keyPath),
    writeKey: (text) => writeDurably(keyPath, text),
  };
}
