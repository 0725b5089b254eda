import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeDurably } from '../config/durable-write.ts';
import type { KeptFacts } from '../discovery/inbox/kept-marks.ts';

const Facts = z.record(z.string(), z.string());

/** Facts of discovery in a file of the data directory. A file that is not there is no facts; one that is broken rejects. */
export function createKeptFacts(path: string): KeptFacts {
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return '{}';
        throw cause;
      });
      return Facts.parse(JSON.parse(text));
    },
    write: (facts) => writeDurably(path, `${JSON.stringify(facts, null, 1)}\n`),
  };
}
