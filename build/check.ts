import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cycles } from './checks/cycles.ts';
import { readSources } from './checks/imports.ts';
import { layerFaults } from './checks/layers.ts';
import { sizeFaults } from './checks/sizes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(name: string, command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  return status === 0;
}

function report(name: string, faults: readonly string[]): boolean {
  for (const fault of faults) console.log(`     ${fault}`);
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  return faults.length === 0;
}

const files = readSources(root, ['core', 'electron', 'renderer', 'build', 'test']);
const shipped = files.filter((file) => !file.path.startsWith('test/'));
const results = [
  run('types', 'tsc', ['-b']),
  run('lint and format', 'biome', ['check', '--error-on-warnings', '.']),
  report('layers', layerFaults(shipped)),
  report('cycles', cycles(shipped)),
  report('sizes', sizeFaults(files)),
];
process.exit(results.every(Boolean) ? 0 : 1);
