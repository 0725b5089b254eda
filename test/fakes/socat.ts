import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
/** Under CI a missing peer must fail, not pass by. */
export const missing = (...programs: string[]): boolean => process.env['CI'] !== 'true' && !programs.every(has);

/** Two pseudo terminals joined by socat: `a` for the gateway, `b` for the device. */
export interface SerialPair {
  readonly a: string;
  readonly b: string;
  /** Like an adapter that is pulled out: at once, without goodbye. */
  unplug(): Promise<void>;
  /** Plugged in again under the same names. */
  plug(): Promise<void>;
  dispose(): Promise<void>;
}

export async function waitFor(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  for (const end = performance.now() + limitMs; !condition(); ) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

export async function createSerialPair(): Promise<SerialPair> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-serial-'));
  const a = join(folder, 'a');
  const b = join(folder, 'b');
  let socat: ChildProcess | undefined;
  async function unplug(): Promise<void> {
    if (!socat) return;
    socat.kill('SIGKILL');
    await ended(socat);
    socat = undefined;
    rmSync(a, { force: true }); // a killed socat leaves dangling links behind
    rmSync(b, { force: true });
  }
  async function plug(): Promise<void> {
    socat = spawn('socat', [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`], { stdio: 'ignore' });
    await waitFor(() => existsSync(a) && existsSync(b), 'socat makes its pseudo terminals');
  }
  await plug();
  return {
    a,
    b,
    unplug,
    plug,
    async dispose() {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
