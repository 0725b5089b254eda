import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledCli } from './harness/gateway.ts';
import { FAULT_KINDS, type FaultKind } from './harness/plan.ts';
import { reportText, shortReport } from './harness/report.ts';
import { passed, type RunOptions, runAll } from './harness/run.ts';

const ARTIFACTS = fileURLToPath(new URL('../../test-artifacts/', import.meta.url));

const HELP = `npm run faults -- [options]: proves that nothing acknowledged is lost, whatever happens to the gateway
  --minutes N     how long (2)                   every fault comes about once in any case
  --kills N       so many kills instead
  --seed N        the plan of faults (1)         the same seed makes the same plan
  --faults a,b    ${FAULT_KINDS.join(', ')} (all)
  --report file   the report, in Markdown (test-artifacts/faults.md or power.md)
  --keep          keep the data directories      they are kept anyway where something was found
  --gateway file  another gateway's cli.js or cli/main.ts instead of the one of this checkout
  --no-custody    do not check the numbers of custody
  --power         instead of all this: cut the power of an emulated machine (needs root and QEMU)
  --cuts N        how often (20)
Exit code 0: nothing acknowledged was lost, order kept, duplicates only with equal ids. 1: something was found. 2: wrong options.`;

class Mistake extends Error {}

function number(name: string, value: string, least: number): number {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed < least) throw new Mistake(`--${name} must be a number from ${least}`);
  return parsed;
}

function faultsOf(list: string | undefined): ReadonlySet<FaultKind> {
  if (list === undefined) return new Set(FAULT_KINDS);
  const names = list.split(',');
  const known = FAULT_KINDS.filter((kind) => names.includes(kind));
  const unknown = names.filter((name) => !known.some((kind) => kind === name));
  if (unknown.length > 0) throw new Mistake(`--faults: no ${unknown.join(', ')}; there are ${FAULT_KINDS.join(', ')}`);
  return new Set(known);
}

function values() {
  return parseArgs({
    options: {
      minutes: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string' },
      report: { type: 'string' },
      keep: { type: 'boolean', default: false },
      gateway: { type: 'string' },
      custody: { type: 'boolean', default: true },
      power: { type: 'boolean', default: false },
      cuts: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  }).values;
}
type Values = ReturnType<typeof values>;

function runOptions(asked: Values, say: (text: string) => void): RunOptions {
  if (asked.minutes !== undefined && asked.kills !== undefined) throw new Mistake('--minutes and --kills exclude each other');
  const faults = faultsOf(asked.faults);
  if (asked.kills !== undefined && !faults.has('kill')) throw new Mistake('--kills needs the fault "kill"');
  return {
    seed: Math.floor(number('seed', asked.seed, 0)),
    faults,
    budget:
      asked.kills === undefined
        ? { minutes: number('minutes', asked.minutes ?? '2', 0) }
        : { kills: number('kills', asked.kills, 1) },
    cli: asked.gateway === undefined ? bundledCli() : resolve(asked.gateway),
    custody: asked.custody,
    keep: asked.keep,
    say,
  };
}

function write(report: string, text: string): void {
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, text);
  console.log(`Report: ${report}`);
}

async function cutPower(asked: Values): Promise<number> {
  const { powerCuts, powerReport } = await import('./power/main.ts');
  const seed = Math.floor(number('seed', asked.seed, 0));
  const findings = await powerCuts({ cuts: number('cuts', asked.cuts, 1), seed, note: (text) => console.log(text) });
  write(resolve(asked.report ?? `${ARTIFACTS}power.md`), powerReport(findings, seed));
  return findings.cuts.every((cut) => cut.lost === 0 && cut.outOfOrder === 0 && cut.integrity === 'ok') ? 0 : 1;
}

async function main(): Promise<number> {
  const asked = values();
  if (asked.help) {
    console.log(HELP);
    return 0;
  }
  if (asked.power) return await cutPower(asked);
  const plan: string[] = [];
  const result = await runAll(
    runOptions(asked, (text) => {
      plan.push(text);
      console.log(text);
    }),
  );
  console.log(`\n${shortReport(result)}`);
  write(resolve(asked.report ?? `${ARTIFACTS}faults.md`), reportText(result, plan));
  return passed(result) ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  const wrong = error instanceof Mistake || (error instanceof TypeError && 'code' in error);
  if (!wrong) throw error;
  console.error(`faults: ${error.message}\nSee npm run faults -- --help.`);
  process.exitCode = 2;
}
