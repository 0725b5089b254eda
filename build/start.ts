import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { become, isSettled } from '../core/cli/become.ts';
import { parseStartOptions } from '../core/cli/start-options.ts';
import type { StartOptions } from '../core/gateway/options.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Electron's program, if it is there. Its package is not imported: that would try to download what is missing. */
function electronProgram(): string | null {
  const folder = join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist');
  const note = join(folder, '..', 'path.txt');
  const program = join(
    folder,
    existsSync(note) ? readFileSync(note, 'utf8').trim() : process.platform === 'win32' ? 'electron.exe' : 'electron',
  );
  return existsSync(program) ? program : null;
}

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);

/** Why there is no window, in one sentence; empty where none is wanted. */
function whyNoWindow(options: StartOptions, program: string | null): string {
  if (options.headless) return '';
  const missing = [
    ...(program === null ? ['Electron’s program is not installed'] : []),
    ...(hasDisplay() ? [] : ['there is no display']),
  ];
  return `No window is opened, as ${missing.join(' and ')}; use a browser instead.`;
}

function build(): boolean {
  const { status } = spawnSync(process.execPath, [join(root, 'build/build.ts'), '--if-stale'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

async function main(args: readonly string[]): Promise<number> {
  const options = await parseStartOptions(args, 'npm start --');
  if ('exitCode' in options) return options.exitCode;
  if (!build()) return 1;
  const program = electronProgram();
  if (!options.headless && program !== null && hasDisplay()) {
    const child = spawn(program, [root, ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    return await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  }
  const lead = whyNoWindow(options, program);
  if (!isSettled()) {
    if (lead !== '') console.log(lead);
    become(join(root, 'dist/core/cli.js'), ['start', ...args]);
  }
  const core = (await import(pathToFileURL(join(root, 'dist/core/headless.js')).href)) as typeof import('../core/main.ts');
  return await core.runHeadless(options, lead);
}

process.exit(await main(process.argv.slice(2)));
