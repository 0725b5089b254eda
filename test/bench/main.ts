import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { durability } from './durability.ts';
import { field } from './field.ts';
import { flow } from './flow.ts';
import { functions } from './functions.ts';
import { ingest } from './ingest.ts';
import { machineText } from './machine.ts';
import { memory } from './memory.ts';
import { barText, type Case, tableText } from './report.ts';
import { start } from './start.ts';

const CASES: readonly Case[] = [flow, ingest, start, memory, durability, functions, field];
const ARTIFACTS = fileURLToPath(new URL('../../test-artifacts', import.meta.url));

/** `npm run bench [-- <name> ...] [--quick]`: figures side by side with peers in one run. Exit code 1 when a bar is not met. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    console.error(`bench: no case ${unknown.join(', ')}; there are ${CASES.map((one) => one.name).join(', ')}`);
    return 2;
  }
  const chosen = CASES.filter((one) => positionals.length === 0 || positionals.includes(one.name));
  const began = performance.now();
  const results: Record<string, unknown> = { machine: machineText(), at: new Date().toISOString(), quick: values.quick };
  let missed = 0;
  console.log(machineText());
  for (const one of chosen) {
    const note = (text: string): void => console.error(`bench: ${one.name}: ${text}`);
    const { tables, bars, figures } = await one.run({ quick: values.quick, note });
    results[one.name] = { bars, figures };
    console.log(`\n${tables.map(tableText).join('\n\n')}\n`);
    for (const bar of bars) console.log(barText(bar));
    missed += bars.filter((bar) => !bar.met).length;
  }
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(`${ARTIFACTS}/bench.json`, `${JSON.stringify(results, null, 1)}\n`);
  console.log(`\n${Math.round((performance.now() - began) / 1000)} s; all figures in test-artifacts/bench.json`);
  return missed > 0 ? 1 : 0;
}

process.exitCode = await main();
