import { drainPart } from './durability/drain.ts';
import { ingestPart } from './durability/ingest.ts';
import { killPart } from './durability/kill.ts';
import { millionPart } from './durability/million.ts';
import { createMachine } from './machine.ts';
import type { Case, Findings } from './report.ts';

/** What the promise "accepted is kept" costs: ingest, SIGKILL, drain, and a start with a million waiting messages. */
async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const parts: Findings[] = [];
  try {
    for (const [name, part] of [
      ['ingest', () => ingestPart(machine, quick)],
      ['kill', () => killPart(machine)],
      ['drain', () => drainPart(machine, quick)],
      ['a million messages', () => millionPart(machine, quick, note)],
    ] as const) {
      parts.push(await part());
      note(name);
    }
  } finally {
    await machine.clear();
  }
  return {
    tables: parts.flatMap((part) => part.tables),
    bars: parts.flatMap((part) => part.bars),
    figures: parts.map((part) => part.figures),
  };
}

export const durability: Case = { name: 'durability', run };
