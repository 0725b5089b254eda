import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The gateway in a process of its own, started as a user starts it. */
export interface GatewayProcess {
  readonly consoleUrl: string;
  /** What it printed to standard error. */
  errors(): string;
  /** SIGKILL: as a crash or a power cut of the process. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code and how long it took, in ms. */
  stop(): Promise<{ code: number | null; tookMs: number }>;
}

export interface GatewayArguments {
  readonly data: string;
  readonly document?: string;
  readonly port?: number;
  readonly mqttPort: number;
  readonly demo?: boolean;
  /** Beside the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

function logOf(data: string): string {
  const file = join(data, 'logs/gatehouse.log');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-8000) : '';
}

const cli = fileURLToPath(new URL('../../../core/cli/main.ts', import.meta.url));

export async function startGatewayProcess(options: GatewayArguments): Promise<GatewayProcess> {
  const args = [
    cli,
    'start',
    '--headless',
    '--data',
    options.data,
    '--port',
    String(options.port ?? 0),
    '--mqtt-port',
    String(options.mqttPort),
  ];
  if (options.document !== undefined) args.push('--document', options.document);
  if (options.demo !== true) args.push('--no-demo');
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  let out = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const consoleUrl = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the gateway did not start within 40 s:\n${out}${errors}${logOf(options.data)}`));
    }, 40_000);
    child.once('exit', () => clearTimeout(late));
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const found = /Console: (http:\S+)/.exec(out)?.[1];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}:\n${out}${errors}`)));
  });
  return {
    consoleUrl,
    errors: () => errors,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      const began = performance.now();
      child.kill('SIGTERM');
      const code = await gone;
      return { code, tookMs: performance.now() - began };
    },
  };
}

/** The figures of /metrics by name with labels. */
export async function readMetrics(consoleUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${consoleUrl}metrics`)).text();
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(rows.map((row) => [row.slice(0, row.lastIndexOf(' ')), Number(row.slice(row.lastIndexOf(' ') + 1))]));
}
