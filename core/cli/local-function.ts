import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { createLogHub, type LogRecord } from '../base/log.ts';
import type { Draft } from '../contract/message.ts';
import { createLocalHost } from '../functions/local-run/local-host.ts';
import { createLocalRun, type LocalRun } from '../functions/local-run/local-run.ts';
import { createMemoryShadows } from '../shadows/memory-shadows.ts';
import type { FunctionProject } from './function-project.ts';
import { readNamed } from './payload.ts';

export interface LocalEars {
  onPublish(draft: Draft): void;
  onRecord(record: LogRecord): void;
  /** What the function does to devices and the like, in words. */
  onDone(what: string): void;
}

/** A place to run a function without a gateway. State, shadows and one-shots outlive a change of its code. */
export interface LocalFunction {
  /** Starts it, or its changed code in place of what runs. Rejects with `function/load-failed`; then what ran goes on. */
  load(project: FunctionProject, signal: AbortSignal): Promise<LocalRun>;
  current(): LocalRun | null;
  stop(): Promise<void>;
}

/** A file of `{"name": "value"}`. Rejects with `cli/bad-input`. */
export async function readSecrets(path: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (path === undefined) return {};
  const text = (await readNamed(path)).toString('utf8');
  const bad = new GatewayError('cli/bad-input', `${path} must be a JSON object with the secrets as texts, by name`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad; // the text may hold secrets, and so might the parser's words
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad;
  const entries = Object.entries(value);
  if (entries.some(([, one]) => typeof one !== 'string')) throw bad;
  return Object.fromEntries(entries);
}

/** Makes the place, with a temporary folder for scratch space that `stop` removes. */
export async function openLocalFunction(ears: LocalEars, secrets: Readonly<Record<string, string>>): Promise<LocalFunction> {
  const clock = systemClock;
  const scratchRoot = await mkdtemp(join(tmpdir(), 'gatehouse-scratch-'));
  const logs = createLogHub({ clock }, { keep: 1, level: 'debug' });
  logs.onRecord(ears.onRecord);
  let run: LocalRun | null = null;
  const shadows = createMemoryShadows({
    clock,
    publish: (topic, payload) =>
      ears.onPublish({ topic, payload, qos: 0, retain: false, source: { kind: 'shadow', id: 'shadow' } }),
  });
  const local = createLocalHost({ clock, shadows, secrets, runner: () => run?.runner ?? null, onDone: ears.onDone });
  return {
    async load(project, signal) {
      const next = createLocalRun({ clock, logs, local, scratchRoot, onPublish: ears.onPublish }, project.config, project.entry);
      try {
        await next.start(signal);
      } catch (cause) {
        await next.stop();
        throw cause;
      }
      const before = run;
      if (before) next.runner.inherit(before.runner.handOver());
      run = next;
      await before?.stop();
      return next;
    },
    current: () => run,
    async stop() {
      await run?.stop();
      await local.host.scheduler.stop();
      await rm(scratchRoot, { recursive: true, force: true });
    },
  };
}
