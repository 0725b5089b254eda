import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { until } from '../fakes/functions/rig.ts';

const GATEWAY = fileURLToPath(new URL('orphan-gateway.ts', import.meta.url));
let pids: number[] = [];

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
afterEach(() => {
  for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
});

it.skipIf(process.platform === 'win32')(
  'a gateway that is killed leaves no process of a function behind, also none in an endless loop',
  { timeout: 60_000 },
  async () => {
    const gateway = spawn(process.execPath, ['--no-warnings', GATEWAY], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(gateway.stdout, 'data');
    pids = JSON.parse(String(line));
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    gateway.kill('SIGKILL');
    await until('the end of all processes', () => !pids.some(isAlive));
  },
);
