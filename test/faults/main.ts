import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledCli } from './harness/gateway.ts';
import { FAULT_KINDS, type FaultKind } from './harness/plan.ts';
import { reportText, shortReport } from './harness/report.ts';
import { passed, type Run, type RunOptions, type RunResult, startRun } from './harness/run.ts';

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
Told to stop (Ctrl-C, SIGTERM) it ends the fault under way, compares, and writes a partial report; told again, it ends at once.
Exit code 0: nothing acknowledged was lost, order kept, duplicates only with equal ids. 1: something was found, or it was stopped.
2: wrong options.`;

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

function runOptions(asked: Values, stop: AbortSignal, say: (text: string) => void): RunOptions {
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
    progress: (text) => console.log(`faults: ${text}`),
    stop,
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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm may both pass on the same signal. */
const SAME_SIGNAL_MS = 2000;
/** A fault under way and the comparison may take so long after a signal. */
const STOPPING_MS = 120_000;
const PARENT_MS = 1000;

/** Signals and faults of the harness itself: there is a report in any case, and nothing stays behind. */
function endWell(stop: AbortController, now: (why: string) => never): void {
  let askedAt = 0;
  function ask(what: string): void {
    if (askedAt > 0 && performance.now() - askedAt > SAME_SIGNAL_MS) now(`${what} again`);
    if (askedAt > 0) return;
    askedAt = performance.now();
    stop.abort();
    console.log(`${what}: the fault under way is the last one; again to end at once`);
    setTimeout(() => now(`it did not stop within ${STOPPING_MS / 1000} s`), STOPPING_MS).unref();
  }
  for (const signal of SIGNALS) process.on(signal, () => ask(signal));
  // npm ends at a signal without passing it on.
  const parent = process.ppid;
  const orphaned = (): void => {
    if (process.ppid !== parent && askedAt === 0) ask('npm has ended');
  };
  if (process.env['npm_lifecycle_event'] !== undefined) setInterval(orphaned, PARENT_MS).unref();
  process.stdout.on('error', () => {});
  process.once('uncaughtException', (cause) => now(`the harness itself failed: ${cause.stack ?? cause.message}`));
}

async function injectFaults(asked: Values): Promise<number> {
  const plan: string[] = [];
  const stop = new AbortController();
  const report = resolve(asked.report ?? `${ARTIFACTS}faults.md`);
  let run: Run | null = null;
  const tell = (result: RunResult): void => {
    console.log(`\n${shortReport(result)}`);
    write(report, reportText(result, plan));
  };
  endWell(stop, (why) => {
    const soFar = run?.soFar();
    if (soFar) tell({ ...soFar, skipped: [...soFar.skipped, { what: 'the rest', why }] });
    else console.error(`faults: ${why}`);
    process.exit(1);
  });
  const options = runOptions(asked, stop.signal, (text) => {
    plan.push(text);
    console.log(text);
  });
  run = startRun(options);
  const result = await run.done;
  tell(result);
  return passed(result) ? 0 : 1;
}

async function main(): Promise<number> {
  const asked = values();
  if (asked.help) {
    console.log(HELP);
    return 0;
  }
  if (!asked.power) return await injectFaults(asked);
  for (const signal of SIGNALS) process.once(signal, () => process.exit(130));
  return await cutPower(asked);
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrong = error instanceof Mistake || (error instanceof TypeError && 'code' in error);
  if (!wrong) throw error;
  console.error(`faults: ${error.message}\nSee npm run faults -- --help.`);
  process.exitCode = 2;
}
