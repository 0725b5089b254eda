import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../../core/cli/gatehouse.mjs', import.meta.url));

export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly code: Promise<number | null>;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** Starts the real command in a process of its own. `endAll` ends what a failed test left running. */
export function createCommand() {
  const children = new Set<ChildProcess>();
  return {
    run(args: readonly string[], options: RunOptions = {}): Run {
      const child = spawn(process.execPath, [ENTRY, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env } });
      children.add(child);
      const text = { out: '', err: '' };
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text.out += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text.err += chunk;
      });
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
      const code = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { child, out: () => text.out, err: () => text.err, code };
    },
    endAll() {
      for (const child of children) child.kill('SIGKILL');
      children.clear();
    },
  };
}
