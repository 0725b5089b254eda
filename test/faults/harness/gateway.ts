import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Bundles the gateway as it is delivered (it starts twice as fast as from its sources) and copies it: a build meanwhile changes nothing. */
export function bundledCli(): string {
  execFileSync(process.execPath, [join(ROOT, 'build/build.ts'), '--node', '--if-stale'], { cwd: ROOT, stdio: 'ignore' });
  const copy = join(ROOT, '.cache/faults', String(process.pid));
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist/core'), join(copy, 'dist/core'), { recursive: true });
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  return join(copy, 'dist/core/cli.js');
}

export interface GatewayOptions {
  /** The program. */
  readonly cli: string;
  readonly data: string;
  readonly document: string;
  readonly mqttPort: number;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How one life of the gateway came to its end. */
export interface Ending {
  readonly killed: boolean;
  readonly code: number | null;
  readonly text: string;
}

/** One life of the gateway, in a process of its own. */
export interface Life {
  readonly pid: number | null;
  /** Resolves with the console's address and how long that took; null: it ended before. */
  readonly ready: Promise<{ readonly consoleUrl: string; readonly tookMs: number } | null>;
  readonly ended: Promise<Ending>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

const KEPT_CHARS = 20_000;

export function startLife(options: GatewayOptions): Life {
  const began = performance.now();
  const args = ['start', '--headless', '--no-demo', '--data', options.data, '--document', options.document];
  const ports = ['--port', '0', '--mqtt-port', String(options.mqttPort)];
  const child: ChildProcess = spawn(process.execPath, [options.cli, ...args, ...ports], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  let killed = false;
  let text = '';
  const ready = Promise.withResolvers<{ consoleUrl: string; tookMs: number } | null>();
  const hear = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-KEPT_CHARS);
    const consoleUrl = /Console: (http:\S+)/.exec(text)?.[1];
    if (consoleUrl !== undefined) ready.resolve({ consoleUrl, tookMs: performance.now() - began });
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (cause) => resolve({ killed, code: null, text: String(cause) }));
    child.once('close', (code) => resolve({ killed, code, text }));
  });
  void ended.then(() => ready.resolve(null));
  return {
    pid: child.pid ?? null,
    ready: ready.promise,
    ended,
    async kill() {
      killed = true;
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return (await ended).code;
    },
  };
}
