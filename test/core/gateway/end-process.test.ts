import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FILE = fileURLToPath(new URL('../../../core/gateway/end-process.ts', import.meta.url));

/** Runs a program that calls it, and then does `left`. */
function run(left: string): { readonly code: number | null; readonly said: string } {
  const program = `import { endProcess } from ${JSON.stringify(FILE)}; endProcess(3, 50); ${left}`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, said: stderr };
}

it('ends a process that something keeps alive, and names it', () => {
  const { code, said } = run("(await import('node:net')).createServer().listen(0, '127.0.0.1');");
  expect(code).toBe(3);
  expect(said).toContain('TCPServer');
});

it('leaves a process alone that ends by itself', () => {
  expect(run('process.exitCode = 5;')).toEqual({ code: 5, said: '' });
});
