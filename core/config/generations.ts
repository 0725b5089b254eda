import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from './durable-write.ts';

const Generation = z.strictObject({ generation: z.int().min(1), sha256: z.string(), value: z.string() });

export interface Generations {
  /** The newest sound one; null where there is none. */
  readonly newest: { readonly generation: number; readonly value: string } | null;
  /** Files that are there and are not whole. */
  readonly torn: readonly string[];
}

const sumOf = (generation: number, value: string): string => createHash('sha256').update(`${generation}\n${value}`).digest('hex');

const filesOf = (dir: string, name: string): readonly [string, string] => [join(dir, `${name}.a`), join(dir, `${name}.b`)];

/** One file: what it holds, `torn`, or null where there is no such file. */
function readOne(file: string): { readonly generation: number; readonly value: string } | 'torn' | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : 'torn';
  }
  try {
    const { generation, sha256, value } = Generation.parse(JSON.parse(text));
    return sha256 === sumOf(generation, value) ? { generation, value } : 'torn';
  } catch {
    return 'torn';
  }
}

/** Reads a value that is kept in two files in turn: while one is written, the other is whole. */
export function readGenerations(dir: string, name: string): Generations {
  const torn: string[] = [];
  let newest: Generations['newest'] = null;
  for (const file of filesOf(dir, name)) {
    const found = readOne(file);
    if (found === 'torn') torn.push(file);
    else if (found && found.generation > (newest?.generation ?? 0)) newest = found;
  }
  return { newest, torn };
}

/** Writes the next generation over the older file, or over the torn one; does nothing where the newest holds this value already. */
export async function writeGeneration(dir: string, name: string, value: string): Promise<void> {
  const [a, b] = filesOf(dir, name);
  const { newest, torn } = readGenerations(dir, name);
  if (newest?.value === value && torn.length === 0) return;
  const inA = readOne(a);
  const newestIsA = newest !== null && inA !== 'torn' && inA?.generation === newest.generation;
  const generation = (newest?.generation ?? 0) + 1;
  await writeDurably(newestIsA ? b : a, JSON.stringify({ generation, sha256: sumOf(generation, value), value }));
}
