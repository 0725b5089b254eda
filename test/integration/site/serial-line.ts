import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

/** A serial line by socat: two pseudo terminals joined. `pull` is the cable pulled out (SIGKILL), `plug` puts it back under the same names. */
export interface SerialLine {
  readonly near: string;
  readonly far: string;
  pull(): Promise<void>;
  plug(): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function createSerialLine(near: string, far: string): Promise<SerialLine> {
  let socat: ChildProcess | null = null;
  const line: SerialLine = {
    near,
    far,
    async pull() {
      const child = socat;
      socat = null;
      if (!child || child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      for (const link of [near, far]) rmSync(link, { force: true });
    },
    async plug() {
      socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
      for (let tries = 0; tries < 250; tries += 1) {
        if (existsSync(near) && existsSync(far)) return;
        await pause(20);
      }
      throw new Error('socat made no serial line');
    },
  };
  await line.plug();
  return line;
}
